/* Load files, each in a process of its own, and say what the loader read.
 *
 * A request is a line: "library" or "program", the path, and the names that dlsym is to look for, separated by tabs.
 * An answer is a line with a number of bytes, and these bytes: everything that the process wrote, which with glibc is
 * the report that LD_DEBUG asked for, and lines that begin with "=".
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#ifndef UNTRACED
#include <sys/user.h>
#endif
#include <sys/wait.h>
#include <unistd.h>

#define MOST_BYTES (128 << 10)

/* What an extension module expects of Python. */
int PyModule_Create2(void *definition, int version) { return definition ? version : 0; }

static int has_executable_stack(void) {
    char line[4096];
    int executable = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps && fgets(line, sizeof line, maps))
        if (strstr(line, "[stack]"))
            executable = strchr(line, ' ')[3] == 'x';
    return executable;
}

/* Read the SONAME as glibc does: of each tag the last one counts. */
static const char *soname_of(struct link_map *map) {
    const char *strings = 0;
    ElfW(Xword) name = 0;
    int named = 0;
    for (ElfW(Dyn) *entry = map->l_ld; entry->d_tag != DT_NULL; entry++) {
        if (entry->d_tag == DT_STRTAB)
            strings = (char *)(entry->d_un.d_ptr + (entry->d_un.d_ptr < map->l_addr ? map->l_addr : 0));
        if (entry->d_tag == DT_SONAME)
            name = entry->d_un.d_val, named = 1;
    }
    return named && strings ? strings + name : 0;
}

static void load(const char *path, char *names) {
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        dprintf(1, "= refused %s\n", dlerror());
        return;
    }
    dprintf(1, "= loaded\n");
    struct link_map *map = 0;
    dlinfo(handle, RTLD_DI_LINKMAP, &map);
    for (struct link_map *other = map; other; other = other->l_next)
        dprintf(1, "= map %s\n", other->l_name);
    for (char *name = strtok(names, "\t"); name; name = strtok(0, "\t"))
        if (dlsym(handle, name))
            dprintf(1, "= symbol %s\n", name);
    if (has_executable_stack())
        dprintf(1, "= executable stack\n");
    const char *soname = soname_of(map);
    if (soname)
        dprintf(1, "= soname %s\n", soname);
    dprintf(1, "= read\n");
}

/* Load one file, in a process that load_traced follows. */
static void load_alone(char *line) {
    struct rlimit second = {1, 2}, none = {0, 0}, memory = {RLIM_INFINITY, RLIM_INFINITY};
    if (sizeof(long) == 8)
        memory.rlim_cur = memory.rlim_max = (rlim_t)16 << 30; /* four of the largest files that are called clean */
    setrlimit(RLIMIT_CPU, &second);
    setrlimit(RLIMIT_CORE, &none);
    setrlimit(RLIMIT_AS, &memory);
    alarm(20);
    char *kind = strtok(line, "\t"), *path = strtok(0, "\t"), *names = strtok(0, "");
    char nothing[1] = "";
#ifndef UNTRACED
    ptrace(PTRACE_TRACEME, 0, 0, 0);
    raise(SIGSTOP);
#endif
    if (!strcmp(kind, "program")) {
        char *words[] = {path, 0};
        execv(path, words);
        dprintf(1, "= refused execve: %m\n");
    } else
        load(path, names ? names : nothing);
    _exit(0);
}

#ifndef UNTRACED
/* Say which file has the code at an address: whether there is one. */
static int say_code(pid_t process, const char *what, unsigned long address) {
    char name[64], line[4096];
    unsigned long start, end;
    int path = 0, found = 0;
    snprintf(name, sizeof name, "/proc/%d/maps", process);
    FILE *maps = fopen(name, "r");
    while (maps && !found && fgets(line, sizeof line, maps))
        if (sscanf(line, "%lx-%lx %*s %*s %*s %*s %n", &start, &end, &path) >= 2 && start <= address && address < end)
            found = strchr(line, ' ')[3] == 'x';
    if (maps)
        fclose(maps);
    if (found)
        dprintf(1, "= %s %s", what, line + path);
    return found;
}

/* Say which file a process was executing: the loader, or code that the loader has started. */
static void say_where(pid_t process) {
    struct user_regs_struct registers;
    ptrace(PTRACE_GETREGS, process, 0, &registers);
    long word = ptrace(PTRACE_PEEKTEXT, process, registers.rip, 0);
    /* A call of an address that cannot be one ends where the call is, and not where it leads. */
    int is_call = (word & 0xff) == 0xff || (word & 0xffff) == 0xff41;
    if (is_call || !say_code(process, "crash", registers.rip)) {
        /* Where there is no code, the last call says who led there. */
        unsigned long caller = is_call ? registers.rip : (unsigned long)ptrace(PTRACE_PEEKTEXT, process, registers.rsp, 0);
        if (!say_code(process, "called", caller))
            dprintf(1, "= lost\n");
    }
}

/* Find where a program begins, which the kernel tells its loader. */
static unsigned long entry_of(pid_t process) {
    char name[64];
    unsigned long pair[2], entry = 0;
    snprintf(name, sizeof name, "/proc/%d/auxv", process);
    FILE *vector = fopen(name, "r");
    while (vector && !entry && fread(pair, sizeof pair, 1, vector) == 1)
        if (pair[0] == AT_ENTRY)
            entry = pair[1];
    if (vector)
        fclose(vector);
    return entry;
}

/* Let a program stop where it begins, or go on from there. */
static int stop_at(pid_t process, unsigned long entry, long *word) {
    errno = 0;
    *word = ptrace(PTRACE_PEEKTEXT, process, entry, 0);
    return !errno && !ptrace(PTRACE_POKETEXT, process, entry, (*word & ~0xffL) | 0xcc);
}

static int is_at_entry(pid_t process, unsigned long entry, long word) {
    struct user_regs_struct registers;
    ptrace(PTRACE_GETREGS, process, 0, &registers);
    if (!entry || registers.rip != entry + 1)
        return 0;
    dprintf(1, "= entered\n");
    ptrace(PTRACE_POKETEXT, process, entry, word);
    registers.rip = entry;
    ptrace(PTRACE_SETREGS, process, 0, &registers);
    return 1;
}
#endif

static void load_traced(char *line) {
    pid_t process = fork();
    int status;
    if (!process)
        load_alone(line);
#ifdef UNTRACED
    waitpid(process, &status, 0);
#else
    unsigned long entry = 0;
    long word = 0;
    while (waitpid(process, &status, 0) == process && WIFSTOPPED(status)) {
        int number = WSTOPSIG(status);
        if (number == SIGSTOP) {
            ptrace(PTRACE_SETOPTIONS, process, 0, PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC);
            number = 0;
        } else if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8)) {
            entry = entry_of(process);
            if (!stop_at(process, entry, &word))
                entry = 0;
            number = 0;
        } else if (number == SIGTRAP && is_at_entry(process, entry, word)) {
            entry = 0;
            number = 0;
        } else
            say_where(process);
        ptrace(PTRACE_CONT, process, 0, number);
    }
#endif
    dprintf(1, WIFSIGNALED(status) ? "= signal %d\n" : "= status %d\n",
            WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    _exit(0);
}

int main(void) {
    static char line[1 << 20], answer[MOST_BYTES];
    while (fgets(line, sizeof line, stdin)) {
        int ends[2];
        line[strcspn(line, "\n")] = 0;
        if (pipe(ends))
            return 1;
        pid_t process = fork();
        if (process < 0)
            return 1;
        if (!process) {
            dup2(ends[1], 1), dup2(ends[1], 2);
            close(ends[0]), close(ends[1]);
            load_traced(line);
        }
        close(ends[1]);
        size_t count = 0;
        ssize_t came;
        while (count < sizeof answer && (came = read(ends[0], answer + count, sizeof answer - count)) > 0)
            count += (size_t)came;
        if (count == sizeof answer)
            kill(process, SIGKILL); /* and what it traces */
        close(ends[0]);
        waitpid(process, 0, 0);
        printf("%zu\n", count);
        fwrite(answer, 1, count, stdout);
        fflush(stdout);
    }
    return 0;
}
