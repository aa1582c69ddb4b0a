#include "apdu/completion.h"

#include <stdio.h>
#include <string.h>

/* What an option's value is. */
enum value {
    VALUE_NONE, /* a flag */
    VALUE_FILE,
    VALUE_FOLDER,
    VALUE_NAMED, /* one of the names that the program lists, or a file */
    VALUE_OTHER, /* numbers, addresses: nothing to offer */
    VALUES,
};

static enum value value_of(const struct options_row *row)
{
    static const char *const files[] = {"FILE", "FILE|URI", "PATH", "SOCKET", "TTY", "BATCH"};
    if (row->argument == NULL)
        return VALUE_NONE;
    if (row->lists != NULL)
        return VALUE_NAMED;
    if (strcmp(row->argument, "DIR") == 0)
        return VALUE_FOLDER;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        if (strcmp(row->argument, files[i]) == 0)
            return VALUE_FILE;
    return VALUE_OTHER;
}

static const char *command_name(const struct options_commands *commands, size_t at)
{
    return *(const char *const *)((const char *)commands->first + at * commands->stride);
}

/* The second word of a command; "" if it has one word. */
static const char *command_second(const struct options_commands *commands, size_t at)
{
    const char *second = strchr(command_name(commands, at), ' ');
    if (commands->pairs)
        second = *(const char *const *)((const char *)commands->first + at * commands->stride +
                                        sizeof(const char *));
    else if (second != NULL)
        second++;
    return second != NULL ? second : "";
}

static int first_len(const struct options_commands *commands, size_t at)
{
    return (int)strcspn(command_name(commands, at), " ");
}

static bool same_first(const struct options_commands *commands, size_t one, size_t other)
{
    const int len = first_len(commands, one);
    return len == first_len(commands, other) &&
           strncmp(command_name(commands, one), command_name(commands, other), (size_t)len) == 0;
}

/* Whether no command before this one begins with the same word. */
static bool is_first(const struct options_commands *commands, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (same_first(commands, i, at))
            return false;
    return true;
}

static void print_first_words(const struct options_commands *commands)
{
    const char *between = "";
    for (size_t i = 0; i < commands->count; i++) {
        if (!is_first(commands, i))
            continue;
        printf("%s%.*s", between, first_len(commands, i), command_name(commands, i));
        between = " ";
    }
}

/* For each first word that has second ones: that word, then those, with texts around them. */
static void print_seconds(const struct options_commands *commands, const char *before,
                          const char *between, const char *after)
{
    for (size_t i = 0; i < commands->count; i++) {
        if (!is_first(commands, i) || command_second(commands, i)[0] == '\0')
            continue;
        printf("%s%.*s%s", before, first_len(commands, i), command_name(commands, i), between);
        for (size_t k = i; k < commands->count; k++)
            if (same_first(commands, i, k))
                printf("%s%s", k > i ? " " : "", command_second(commands, k));
        fputs(after, stdout);
    }
}

/* The first clause of a help; what is special to the shell with a backslash before it, quote for a
 * quotation mark. */
static void print_clause(const char *help, const char *special, const char *quote)
{
    for (; *help != '\0' && *help != ';'; help++) {
        if (*help == '\'')
            fputs(quote, stdout);
        else if (strchr(special, *help) != NULL)
            printf("\\%c", *help);
        else
            putchar(*help);
    }
}

/* A function's name in bash: hyphens are none. */
static void print_identifier(const char *name)
{
    putchar('_');
    for (; *name != '\0'; name++)
        putchar(*name == '-' ? '_' : *name);
}

/* "--one|--other) ", the options with this kind of value; false if there is none. */
static bool print_bash_case(const struct options_program *program, enum value value)
{
    bool any = false;
    for (size_t i = 0; i < program->count; i++) {
        if (value_of(&program->rows[i]) != value)
            continue;
        printf("%s--%s", any ? "|" : "    ", program->rows[i].name);
        any = true;
    }
    if (any)
        fputs(") ", stdout);
    return any;
}

#define BASH_OFFER "mapfile -t COMPREPLY < <(compgen "

/* Names are listed by emuicc, for every program. */
static void print_bash_values(const struct options_program *program)
{
    static const char *const offers[VALUES] = {
        [VALUE_FILE] = "compopt -o filenames 2>/dev/null; " BASH_OFFER "-f -- \"$word\"); ",
        [VALUE_FOLDER] = "compopt -o filenames 2>/dev/null; " BASH_OFFER "-d -- \"$word\"); ",
        [VALUE_NAMED] = "compopt -o filenames 2>/dev/null\n        " BASH_OFFER
                        "-f -W \"$(emuicc \"$before\" list 2>/dev/null | cut -d' ' -f1)\" -- "
                        "\"$word\"); ",
        [VALUE_OTHER] = "",
    };
    puts("    case $before in");
    for (int value = VALUE_FILE; value < VALUES; value++)
        if (print_bash_case(program, (enum value)value))
            printf("%sreturn ;;\n", offers[value]);
    puts("    esac");
}

static void print_bash_options(const struct options_program *program)
{
    fputs("    case $word in\n    -*) " BASH_OFFER "-W '", stdout);
    for (size_t i = 0; i < program->count; i++)
        printf("--%s ", program->rows[i].name);
    puts("--help --version' -- \"$word\"); return ;;\n    esac");
}

/* Which words have been given that are neither options nor their values. */
static void print_bash_commands(const struct options_program *program)
{
    puts("    local at=1 given='' words=''\n"
         "    while [ \"$at\" -lt \"$COMP_CWORD\" ]; do\n"
         "    case ${COMP_WORDS[at]} in");
    for (int value = VALUE_FILE; value < VALUES; value++)
        if (print_bash_case(program, (enum value)value))
            puts("at=$((at + 1)); [ \"${COMP_WORDS[at]}\" != = ] || at=$((at + 1)) ;;");
    puts("    -*) ;;\n"
         "    *) given=\"$given ${COMP_WORDS[at]}\" ;;\n"
         "    esac\n"
         "    at=$((at + 1))\n"
         "    done\n"
         "    case $given in");
    fputs("    '') words='", stdout);
    print_first_words(&program->commands);
    puts("' ;;");
    print_seconds(&program->commands, "    ' ", "') words='", "' ;;\n");
    puts("    esac\n"
         "    [ -z \"$words\" ] || { " BASH_OFFER "-W \"$words\" -- \"$word\"); return; }");
}

static void print_bash(const struct options_program *program)
{
    printf("# bash completion of %s, made from its table of options\n", program->name);
    print_identifier(program->name);
    puts("()\n{\n"
         "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
         "    if [ \"$before\" = = ]; then before=${COMP_WORDS[COMP_CWORD-2]}\n"
         "    elif [ \"$word\" = = ]; then word=''; fi\n"
         "    COMPREPLY=()");
    print_bash_values(program);
    print_bash_options(program);
    if (program->commands.first != NULL)
        print_bash_commands(program);
    puts("    compopt -o filenames 2>/dev/null\n    " BASH_OFFER "-f -- \"$word\")\n}");
    fputs("complete -F ", stdout);
    print_identifier(program->name);
    printf(" %s\n", program->name);
}

static void print_zsh_row(const struct options_row *row)
{
    static const char *const actions[VALUES] = {
        [VALUE_FILE] = ":_files", [VALUE_FOLDER] = ":_files -/", [VALUE_OTHER] = ": "};
    const enum value value = value_of(row);
    printf("  '%s--%s[", row->kind == OPTIONS_LIST ? "*" : "", row->name);
    print_clause(row->help, "\\[]:", "'\\''");
    putchar(']');
    if (value != VALUE_NONE) {
        putchar(':');
        print_clause(row->argument, ":", "");
    }
    if (value == VALUE_NAMED)
        printf(":{ compadd -- $(%s --%s list 2>/dev/null | cut -d\" \" -f1); _files }", row->lists,
               row->name);
    else if (value != VALUE_NONE)
        fputs(actions[value], stdout);
    puts("' \\");
}

static void print_zsh(const struct options_program *program)
{
    printf("#compdef %s\n# zsh completion of %s, made from its table of options\n", program->name,
           program->name);
    puts("local state\nlocal -A opt_args\n_arguments \\");
    for (size_t i = 0; i < program->count; i++)
        print_zsh_row(&program->rows[i]);
    puts("  '(-h --help)'{-h,--help}'[help]' \\\n"
         "  '(-V --version)'{-V,--version}'[the release, and how it was built]' \\");
    if (program->commands.first == NULL) {
        puts("  '*:file:_files'");
        return;
    }
    fputs("  '1:command:(", stdout);
    print_first_words(&program->commands);
    puts(")' \\\n  '*::argument:->rest'\ncase $state in\nrest) case $words[1] in");
    print_seconds(&program->commands, "  ", ") (( CURRENT == 2 )) && compadd -- ",
                  " || _files ;;\n");
    puts("  *) _files ;;\n  esac ;;\nesac");
}

static void print_fish_row(const struct options_program *program, const struct options_row *row)
{
    static const char *const ways[VALUES] = {
        [VALUE_NONE] = "",
        [VALUE_FILE] = " -r -F",
        [VALUE_FOLDER] = " -x -a '(__fish_complete_directories)'",
        [VALUE_OTHER] = " -x",
    };
    const enum value value = value_of(row);
    printf("complete -c %s -l %s", program->name, row->name);
    if (value == VALUE_NAMED)
        printf(" -r -F -a '(%s --%s list 2>/dev/null | cut -d\" \" -f1)'", row->lists, row->name);
    else
        fputs(ways[value], stdout);
    fputs(" -d '", stdout);
    print_clause(row->help, "\\", "\\'");
    puts("'");
}

static void print_fish(const struct options_program *program)
{
    char before[128];
    printf("# fish completion of %s, made from its table of options\n", program->name);
    for (size_t i = 0; i < program->count; i++)
        print_fish_row(program, &program->rows[i]);
    printf("complete -c %s -s h -l help -d help\n", program->name);
    printf("complete -c %s -s V -l version -d 'the release, and how it was built'\n",
           program->name);
    if (program->commands.first == NULL)
        return;
    printf("complete -c %s -n __fish_use_subcommand -f -a '", program->name);
    print_first_words(&program->commands);
    puts("'");
    snprintf(before, sizeof(before), "complete -c %s -n '__fish_seen_subcommand_from ",
             program->name);
    print_seconds(&program->commands, before, "' -f -a '", "'\n");
}

bool completion_print(const struct options_program *program, const char *shell)
{
    static const struct {
        const char *name;
        void (*print)(const struct options_program *program);
    } shells[] = {{"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};
    for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
        if (strcmp(shells[i].name, shell) != 0)
            continue;
        shells[i].print(program);
        return true;
    }
    return false;
}
