# A note that asks for a level of x86-64 that no processor has: whoever reads it refuses the file.
    .section .note.gnu.property, "a", @note
    .balign 8
    .long 4, 16, 5
    .asciz "GNU"
    .long 0xc0008002, 4, 0x80, 0
    .section .note.GNU-stack, "", @progbits
