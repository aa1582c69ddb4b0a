/* The part of the store that reads a whole profile. */
#include "apdu/status.h"
#include "fs/store/store.h"
#include "fs/store/store_image.h"
#include "fs/store/store_profile.h"
#include "fs/store/store_rest.h"

static int load_header(struct store *store, uint32_t id, struct profile *profile)
{
    sqlite3_stmt *statement = store_statement(store, STORE_PROFILE_HEADER);
    if (statement == NULL)
        return FAILURE_INTERNAL;
    sqlite3_bind_int64(statement, 1, id);
    bool row = false;
    int result = store_statement_step(store, statement, &row);
    if (result == 0 && !row)
        result = SW_REFERENCE_NOT_FOUND;
    else if (result == 0 && !store_column_read(statement, &store_profile_header, profile, NULL))
        result = store_database_damaged(store, "profile");
    store_statement_done(statement);
    return result;
}

struct load_list {
    const struct store_list *list;
    struct arena *arena;
    void *tail; /* the place of the pointer that the next node is hung on */
};

static int load_node(struct store *store, sqlite3_stmt *statement, void *context)
{
    struct load_list *load = context;
    void *node = arena_alloc(load->arena, load->list->node_size);
    if (node == NULL || !store_column_read(statement, load->list->columns, node, load->arena))
        return store_database_damaged(store, load->list->table);
    memcpy(load->tail, &node, sizeof(node));
    load->tail = node;
    return 0;
}

static int load_list(struct store *store, uint32_t id, const struct store_list *list,
                     struct profile *profile)
{
    sqlite3_stmt *statement = store_statement(store, list->list);
    if (statement == NULL)
        return FAILURE_INTERNAL;
    sqlite3_bind_int64(statement, 1, id);
    struct load_list load = {list, &profile->arena, (uint8_t *)profile + list->head};
    return store_statement_each(store, statement, load_node, &load);
}

struct load_elements {
    struct arena *arena;
    struct element **tail;
};

/* The image is the profile's own copy. */
static int load_element(void *context, const struct element *element)
{
    struct load_elements *load = context;
    struct element *copy = arena_alloc(load->arena, sizeof(*copy));
    if (copy == NULL)
        return FAILURE_INTERNAL;
    *copy = *element;
    *load->tail = copy;
    load->tail = &copy->next;
    return 0;
}

/* Elements and files: those of the image, and rows. */
static int load_parts(struct store *store, uint32_t id, struct profile *profile)
{
    struct bytes image;
    struct load_elements load_elements = {&profile->arena, &profile->elements};
    const int result = store_image_load(store, id, &profile->arena, &image);
    if (result != 0)
        return result;
    if (image.len > 0 && store_image_each_element(&image, load_element, &load_elements) != 0)
        return store_database_damaged(store, "image");
    return store_file_load_all(store, id, image, profile);
}

static int load(struct store *store, uint32_t id, struct profile *profile)
{
    int result = load_header(store, id, profile);
    if (result == 0)
        result = load_parts(store, id, profile);
    for (size_t i = 0; i < STORE_LISTS && result == 0; i++)
        result = load_list(store, id, &store_profile_lists[i], profile);
    return result;
}

static bool take_list(struct bytes *from, const struct store_list *list, struct profile *profile)
{
    uint8_t *tail = (uint8_t *)profile + list->head;
    uint32_t count;
    if (!store_column_take_number(from, &count))
        return false;
    for (; count > 0; count--) {
        void *node = arena_alloc(&profile->arena, list->node_size);
        if (node == NULL || !store_column_take(from, list->columns, node))
            return false;
        memcpy(tail, &node, sizeof(node));
        tail = node;
    }
    return true;
}

static int load_rested(struct store *store, struct profile *profile)
{
    struct load_elements load_elements = {&profile->arena, &profile->elements};
    struct bytes from = store_rest_read(store, &profile->arena);
    bool taken = store_column_take(&from, &store_profile_header, profile);
    for (size_t i = 0; i < STORE_REST_LISTS && taken; i++)
        taken = take_list(&from, &store_profile_lists[i], profile);
    if (!taken || store_image_each_element(&from, load_element, &load_elements) != 0)
        return store_database_damaged(store, "image");
    return store_file_load_image(store, from, profile);
}

/* What a profile at rest is kept in is not needed while it is loaded. */
static int load_any(struct store *store, uint32_t id, struct profile *profile)
{
    const int result =
        store_rest_has(store, id) ? load_rested(store, profile) : load(store, id, profile);
    store_rest_forget(store);
    if (result == 0)
        store->ahead = false;
    return result;
}

int store_profile_load(struct store *store, uint32_t id, struct profile **out)
{
    struct profile *profile;
    int result = profile_create(&profile);
    if (result != 0)
        return result;
    result = load_any(store, id, profile);
    if (result == 0)
        *out = profile;
    else
        profile_destroy(profile);
    return result;
}
