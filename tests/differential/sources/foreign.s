# A note of somebody else, before the one in isa.s.
    .section .note.gnu.property, "a", @note
    .balign 8
    .long 4, 4, 7
    .asciz "XYZ"
    .long 1, 0
    .section .note.GNU-stack, "", @progbits
