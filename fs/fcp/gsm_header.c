#include "fs/fcp/gsm_header.h"

#include "fs/access/access.h"
#include "fs/access/pin.h"

enum gsm_type { GSM_MF = 0x01, GSM_DF = 0x02, GSM_EF = 0x04 };
enum gsm_structure { GSM_TRANSPARENT = 0x00, GSM_LINEAR = 0x01, GSM_CYCLIC = 0x03 };
enum gsm_condition { GSM_ALWAYS = 0, GSM_CHV1 = 1, GSM_CHV2 = 2, GSM_ADM = 4, GSM_NEVER = 15 };

#define FURTHER_DIRECTORY 9 /* bytes behind their count that matter to a DF */
#define FURTHER_EF 2
#define CLOCK_STOP 0x01
#define VOLTAGES 0x30 /* 3 V and 1.8 V beside 5 V */
#define CHV1_DISABLED 0x80
#define CODES 4 /* CHV1, CHV2 and their unblocking codes */
#define CODE_INITIALISED 0x80
#define TRIES_MASK 0x0F
#define INCREASE_ALLOWED 0x40
#define STATUS_ACTIVE 0x01
#define STATUS_READABLE 0x04
#define READABLE_WHEN_DEACTIVATED 0x40 /* of struct file, special */
#define MEMORY_MAX 0xFFFF
#define REFERENCE_PIN1 0x01
#define REFERENCE_SECOND 0x81
#define INS_INCREASE 0x32
#define CHV_LAST 2

struct pin *gsm_header_chv(struct profile *profile, unsigned number)
{
    struct file *where = number == 1 || profile->adfs == NULL ? profile->mf : profile->adfs;
    if (number == 0 || number > CHV_LAST)
        return NULL;
    return profile_pin(profile, where, number == 1 ? REFERENCE_PIN1 : REFERENCE_SECOND);
}

/* TS 51.011 §9.2.1: the conditions are the file's, whatever becomes of a code. */
static bool allowed(struct profile *profile, struct file *file, uint8_t mode, uint8_t ins,
                    uint64_t verified)
{
    const struct apdu apdu = {.family = ins == INS_INCREASE ? 0x80 : 0x00, .ins = ins};
    const struct access access = {.profile = profile,
                                  .file = file,
                                  .verified = verified,
                                  .apdu = &apdu,
                                  .mode = mode,
                                  .of_file = true};
    bool steady;
    return access_granted(&access, &steady);
}

static uint64_t bit_of(struct profile *profile, unsigned chv)
{
    const struct pin *pin = gsm_header_chv(profile, chv);
    return pin != NULL ? pin_bit(profile, pin) : 0;
}

static enum gsm_condition condition(struct profile *profile, struct file *file, uint8_t mode,
                                    uint8_t ins)
{
    if (allowed(profile, file, mode, ins, 0))
        return GSM_ALWAYS;
    if (allowed(profile, file, mode, ins, bit_of(profile, 1)))
        return GSM_CHV1;
    if (allowed(profile, file, mode, ins, bit_of(profile, 2)))
        return GSM_CHV2;
    return allowed(profile, file, mode, ins, UINT64_MAX) ? GSM_ADM : GSM_NEVER;
}

static void put_conditions(struct profile *profile, struct file *file, struct writer *out)
{
    const unsigned read = condition(profile, file, ACCESS_READ, 0);
    const unsigned update = condition(profile, file, ACCESS_UPDATE, 0);
    const unsigned increase = condition(profile, file, ACCESS_BY_HEADER, INS_INCREASE);
    const unsigned activate = condition(profile, file, ACCESS_ACTIVATE, 0);
    const unsigned deactivate = condition(profile, file, ACCESS_DEACTIVATE, 0);
    writer_put_u8(out, (uint8_t)(read << 4 | update));
    writer_put_u8(out, (uint8_t)(increase << 4));
    writer_put_u8(out, (uint8_t)(activate << 4 | deactivate));
}

static uint8_t structure_of(const struct file *content)
{
    if (content->type == FILE_CYCLIC)
        return GSM_CYCLIC;
    return content->type == FILE_LINEAR_FIXED ? GSM_LINEAR : GSM_TRANSPARENT;
}

static void put_ef(struct profile *profile, struct file *file, struct writer *out)
{
    const struct file *content = file_resolve(file);
    const bool active = content->life_cycle != FILE_DEACTIVATED;
    const bool readable = (content->special & READABLE_WHEN_DEACTIVATED) != 0;
    writer_put_u16(out, 0);
    writer_put_u16(out, (uint16_t)content->size);
    writer_put_u16(out, file->fid);
    writer_put_u8(out, GSM_EF);
    writer_put_u8(out, content->type == FILE_CYCLIC ? INCREASE_ALLOWED : 0);
    put_conditions(profile, file, out);
    writer_put_u8(out, (active ? STATUS_ACTIVE : 0) | (readable ? STATUS_READABLE : 0));
    writer_put_u8(out, FURTHER_EF);
    writer_put_u8(out, structure_of(content));
    writer_put_u8(out, (uint8_t)content->record_len);
}

static uint8_t tries(bool exists, uint8_t left)
{
    return exists ? CODE_INITIALISED | (left > TRIES_MASK ? TRIES_MASK : left) : 0;
}

static void put_codes(struct profile *profile, struct writer *out)
{
    for (unsigned number = 1; number <= CHV_LAST; number++) {
        const struct pin *pin = gsm_header_chv(profile, number);
        const struct puk *puk = pin != NULL ? profile_puk(profile, pin->puk) : NULL;
        writer_put_u8(out, tries(pin != NULL, pin != NULL ? pin->left : 0));
        writer_put_u8(out, tries(puk != NULL, puk != NULL ? puk->left : 0));
    }
}

static void count_children(const struct file *directory, uint8_t *directories, uint8_t *files)
{
    for (const struct file *file = directory->children; file != NULL; file = file->next)
        (*(file_is_directory(file) ? directories : files))++;
}

static uint16_t memory_left(const struct arena *arena)
{
    const size_t left = arena->limit > arena->used ? arena->limit - arena->used : 0;
    return (uint16_t)(left > MEMORY_MAX ? MEMORY_MAX : left);
}

static void put_directory(struct profile *profile, struct file *file, struct writer *out)
{
    const struct pin *chv1 = gsm_header_chv(profile, 1);
    const bool disabled = chv1 == NULL || !pin_is_enabled(chv1);
    uint8_t directories = 0, files = 0;
    count_children(file_resolve(file), &directories, &files);
    writer_put_u16(out, 0);
    writer_put_u16(out, memory_left(&profile->arena));
    writer_put_u16(out, file->fid);
    writer_put_u8(out, file->type == FILE_MF ? GSM_MF : GSM_DF);
    writer_fill(out, 0, 5);
    writer_put_u8(out, FURTHER_DIRECTORY);
    writer_put_u8(out, CLOCK_STOP | VOLTAGES | (disabled ? CHV1_DISABLED : 0));
    writer_put_u8(out, directories);
    writer_put_u8(out, files);
    writer_put_u8(out, CODES);
    writer_put_u8(out, 0);
    put_codes(profile, out);
}

void gsm_header_put(struct profile *profile, struct file *file, struct writer *out)
{
    if (file_is_directory(file_resolve(file)))
        put_directory(profile, file, out);
    else
        put_ef(profile, file, out);
}
