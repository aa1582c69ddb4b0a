#include "tools/profile/text/diff.h"

#include <stdlib.h>

#define CELLS_MAX (64u << 20) /* of the table below: lines of one times lines of the other */

struct side {
    const struct line *lines;
    size_t count;
};

struct diff {
    struct side first, second;
    uint16_t *common; /* [i][j]: lines in common from line i and line j on; NULL: not known */
    diff_visitor *visit;
    void *context;
};

static void cut_front(struct diff *diff)
{
    while (diff->first.count > 0 && diff->second.count > 0 &&
           lines_equal(diff->first.lines, diff->second.lines)) {
        diff->first.lines++, diff->first.count--;
        diff->second.lines++, diff->second.count--;
    }
}

static void cut_back(struct diff *diff)
{
    while (diff->first.count > 0 && diff->second.count > 0 &&
           lines_equal(&diff->first.lines[diff->first.count - 1],
                       &diff->second.lines[diff->second.count - 1])) {
        diff->first.count--;
        diff->second.count--;
    }
}

static uint16_t *cell(const struct diff *diff, size_t i, size_t j)
{
    return &diff->common[i * (diff->second.count + 1) + j];
}

static uint16_t cell_value(const struct diff *diff, size_t i, size_t j)
{
    if (lines_equal(&diff->first.lines[i], &diff->second.lines[j]))
        return (uint16_t)(*cell(diff, i + 1, j + 1) + 1);
    const uint16_t without_first = *cell(diff, i + 1, j), without_second = *cell(diff, i, j + 1);
    return without_first > without_second ? without_first : without_second;
}

static void fill_table(struct diff *diff)
{
    const size_t rows = diff->first.count + 1, columns = diff->second.count + 1;
    if (rows > UINT16_MAX || columns > UINT16_MAX || rows * columns > CELLS_MAX)
        return;
    diff->common = calloc(rows * columns, sizeof(*diff->common));
    if (diff->common == NULL)
        return;
    for (size_t i = diff->first.count; i-- > 0;)
        for (size_t j = diff->second.count; j-- > 0;)
            *cell(diff, i, j) = cell_value(diff, i, j);
}

/* What comes next at these lines: '=', '-' or '+'. */
static char next_step(const struct diff *diff, size_t i, size_t j)
{
    if (i == diff->first.count)
        return '+';
    if (j == diff->second.count)
        return '-';
    if (lines_equal(&diff->first.lines[i], &diff->second.lines[j]))
        return '=';
    return diff->common == NULL || *cell(diff, i + 1, j) >= *cell(diff, i, j + 1) ? '-' : '+';
}

static int visit_all(const struct diff *diff)
{
    size_t i = 0, j = 0;
    int result = 0;
    while ((i < diff->first.count || j < diff->second.count) && result == 0) {
        const char step = next_step(diff, i, j);
        if (step == '-')
            result = diff->visit(diff->context, &(struct diff_change){'-', &diff->first.lines[i]});
        else if (step == '+')
            result = diff->visit(diff->context, &(struct diff_change){'+', &diff->second.lines[j]});
        i += step != '+';
        j += step != '-';
    }
    return result;
}

int diff_lines(const struct lines *first, const struct lines *second, diff_visitor *visit,
               void *context)
{
    struct diff diff = {.first = {first->items, first->count},
                        .second = {second->items, second->count},
                        .visit = visit,
                        .context = context};
    cut_front(&diff);
    cut_back(&diff);
    fill_table(&diff);
    const int result = visit_all(&diff);
    free(diff.common);
    return result;
}
