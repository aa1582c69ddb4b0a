#include "tests/tools/smdpp_world.h"

#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apdu/der.h"
#include "tools/smdpp/es2/es2.h"
#include "apdu/trace.h"

#define PACKAGE_ROOM 16384
#define ALL_VARIANTS                                                                               \
    (1u << PKI_VARIANT_OV3 | 1u << PKI_VARIANT_A | 1u << PKI_VARIANT_B | 1u << PKI_VARIANT_C)

void world_put_package(unsigned number, size_t len, struct writer *out)
{
    const size_t start = out->len;
    const size_t header = tlv_open(out, 0xA0);
    tlv_put_u8(out, 0x80, 2);
    tlv_put_u8(out, 0x81, 3);
    tlv_put(out, 0x82, bytes_of_text("world"));
    tlv_put(out, 0x83,
            BYTES(0x89, 0x88, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, (uint8_t)number, 0x1F));
    tlv_close(out, header);
    while (out->len - start < len) {
        const size_t element = tlv_open(out, 0xB0);
        for (uint8_t i = 0; i < 100; i++)
            writer_put_u8(out, (uint8_t)(i ^ out->len));
        tlv_close(out, element);
    }
    tlv_put(out, 0xAA, BYTES(0xA0, 0x00));
    cr_assert_not(out->overflow);
}

void world_write(const char *folder, const char *name, struct bytes content)
{
    char path[2 * WORLD_PATH_SIZE];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    if (content.len > 0)
        cr_assert_eq(fwrite(content.data, 1, content.len, file), content.len);
    fclose(file);
}

static void write_package(const struct world *world, const char *name, unsigned number, size_t len)
{
    char file[64];
    uint8_t memory[PACKAGE_ROOM];
    struct writer package = writer_on(memory, sizeof(memory));
    world_put_package(number, len, &package);
    snprintf(file, sizeof(file), "%s.der", name);
    world_write(world->profiles, file, writer_bytes(&package));
}

static void write_icon(const struct world *world)
{
    uint8_t icon[1024] = {0x89, 'P', 'N', 'G'};
    world_write(world->profiles, "icon.png", bytes_of(icon, sizeof(icon)));
}

static void write_packages(const struct world *world)
{
    write_package(world, WORLD_SMALL, 1, 0);
    write_package(world, WORLD_LARGE, 2, 9000);
    write_package(world, WORLD_CODE, 3, 500);
    write_package(world, WORLD_RULES, 4, 500);
    write_icon(world);
    world_write(world->profiles, WORLD_LARGE ".metadata",
                bytes_of_text("name = Large\nprovider = World\nicon = icon.png\n"));
    world_write(world->profiles, WORLD_CODE ".metadata",
                bytes_of_text("confirmation-code = 12345678\n"));
    world_write(world->profiles, WORLD_RULES ".metadata",
                bytes_of_text("rules = ppr1\nowner = 00101\n"));
}

static void make_pki(struct world *world)
{
    struct random random;
    const struct pki_plan plan = {.directory = world->pki,
                                  .first_eid = WORLD_EID,
                                  .server_name = WORLD_ADDRESS,
                                  .variants = world->all_variants ? ALL_VARIANTS : 0};
    cr_assert_eq(ec_start(), 0);
    random_init(&random);
    cr_assert_eq(pki_make(&random, &plan), 0);
}

/* The log is for those who look for a fault. */
static void stay_quiet(void *context, enum trace_level level, const char *text)
{
    (void)context;
    (void)level;
    (void)text;
}

void world_make(struct world *world)
{
    if (getenv("EMUICC_TEST_LOG") == NULL)
        trace_to(stay_quiet, NULL);
    *world = (struct world){.all_variants = world->all_variants};
    char folder[] = "/tmp/emuicc-smdpp-XXXXXX";
    cr_assert_not_null(mkdtemp(folder));
    snprintf(world->folder, sizeof(world->folder), "%s", folder);
    snprintf(world->pki, sizeof(world->pki), "%s/pki", folder);
    snprintf(world->profiles, sizeof(world->profiles), "%s/profiles", folder);
    cr_assert_eq(mkdir(world->profiles, 0700), 0);
    make_pki(world);
    write_packages(world);
    world_restart(world, NULL);
}

void world_restart(struct world *world, const char *orders)
{
    smdpp_destroy(world->smdpp);
    world->smdpp = NULL;
    struct smdpp_plan plan = {.pki = world->pki, .profiles = world->profiles, .orders = orders};
    plan.variant = world->variant;
    plan.crls = world->crls;
    cr_assert_null(version_plan_read(world->svn, NULL, NULL, &plan.version));
    cr_assert_eq(smdpp_create(&plan, &world->smdpp), 0);
    cr_assert_str_eq(world->smdpp->address, WORLD_ADDRESS);
}

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *at)
{
    (void)about;
    (void)type;
    (void)at;
    return remove(path);
}

void world_end(struct world *world)
{
    smdpp_destroy(world->smdpp);
    nftw(world->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    *world = (struct world){0};
}

json_t *world_call(struct world *world, const char *function, json_t *request, unsigned *status)
{
    char path[128];
    unsigned http_status;
    snprintf(path, sizeof(path), "/gsma/rsp2/es9plus/%s", function);
    const struct function_row *row = function_find(&es9_functions, path);
    if (row == NULL) {
        snprintf(path, sizeof(path), "/gsma/rsp2/es2plus/%s", function);
        row = function_find(&es2_functions, path);
    }
    cr_assert_not_null(row);
    json_t *response = function_call(world->smdpp, row, "", request, &http_status);
    json_decref(request);
    if (status != NULL)
        *status = http_status;
    return response;
}

const char *world_codes(const json_t *response, char out[32])
{
    const char *status = NULL, *subject = "", *reason = "";
    cr_assert_eq(json_unpack((json_t *)response, "{s:{s:{s:s,s?:{s:s,s:s}}}}", "header",
                             "functionExecutionStatus", "status", &status, "statusCodeData",
                             "subjectCode", &subject, "reasonCode", &reason),
                 0);
    if (strcmp(status, "Executed-Success") == 0)
        return "";
    cr_assert_str_eq(status, "Failed");
    snprintf(out, 32, "%s/%s", subject, reason);
    return out;
}

void world_initiate(struct world *world, struct mini_card *card)
{
    json_t *response =
        world_call(world, "initiateAuthentication", mini_card_initiate(card, WORLD_ADDRESS), NULL);
    cr_assert_codes(response, "");
    mini_card_take_initiation(card, response);
    json_decref(response);
}

void world_authenticate(struct world *world, struct mini_card *card, const char *matching_id)
{
    card->matching_id = matching_id;
    world_initiate(world, card);
    json_t *response = world_call(world, "authenticateClient", mini_card_authenticate(card), NULL);
    cr_assert_codes(response, "");
    mini_card_take_metadata(card, response);
    json_decref(response);
}

void world_download(struct world *world, struct mini_card *card, struct mini_card_installed *out)
{
    json_t *response = world_call(world, "getBoundProfilePackage", mini_card_prepare(card), NULL);
    cr_assert_codes(response, "");
    mini_card_load(card, response, out);
    json_decref(response);
}
