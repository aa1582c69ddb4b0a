/* metadata_text_data: an operator's text, taken apart (metadata_text.h says how it is written). */
#ifndef EMUICC_FS_TEXT_METADATA_TEXT_DATA_H
#define EMUICC_FS_TEXT_METADATA_TEXT_DATA_H

#include "fs/profile/iccid.h"

#define METADATA_TEXT_PROVIDER_MAX 32 /* characters */
#define METADATA_TEXT_NAME_MAX 64     /* characters */
#define METADATA_TEXT_ICON_MAX 1024
#define METADATA_TEXT_PATH_SIZE 256
#define METADATA_TEXT_GID_MAX 16
#define METADATA_TEXT_ACCESS_RULES_MAX 512
#define METADATA_TEXT_NOTIFICATIONS_MAX 8
#define METADATA_TEXT_ADDRESS_SIZE 254 /* a host name of at most 253 characters, and an end */
#define METADATA_TEXT_CODE_MAX 32      /* characters of a confirmation code */
#define METADATA_TEXT_MAX 8192         /* bytes of a text file */
#define METADATA_TEXT_MANAGERS_MAX 8
#define METADATA_TEXT_OID_MAX 24        /* bytes of an object identifier */
#define METADATA_TEXT_TAGS_MAX 64       /* bytes of a tag list */
#define METADATA_TEXT_CI_MAX 20         /* bytes of a key identifier */
#define METADATA_TEXT_MESSAGE_MAX 80    /* characters of a service provider's message */
#define METADATA_TEXT_ENTERPRISE_MAX 64 /* characters of a company's name */
#define METADATA_TEXT_AC_MAX 255        /* characters of an activation code */
#define METADATA_TEXT_CHANGE_DAYS 30    /* in which a profile that has moved may come back */
/* Bytes that metadata_text_put() needs at most. */
#define METADATA_TEXT_REQUEST_MAX 8192

enum metadata_text_class {
    METADATA_TEXT_TEST = 0,
    METADATA_TEXT_PROVISIONING = 1,
    METADATA_TEXT_OPERATIONAL = 2
};
enum metadata_text_icon { METADATA_TEXT_JPG = 0, METADATA_TEXT_PNG = 1 };

/* NotificationEvent */
#define METADATA_TEXT_INSTALL (1u << 0)
#define METADATA_TEXT_ENABLE (1u << 1)
#define METADATA_TEXT_DISABLE (1u << 2)
#define METADATA_TEXT_DELETE (1u << 3)
#define METADATA_TEXT_RPM_ENABLE (1u << 4)
#define METADATA_TEXT_RPM_DISABLE (1u << 5)
#define METADATA_TEXT_RPM_DELETE (1u << 6)

/* PprIds */
#define METADATA_TEXT_UPDATE_CONTROL (1u << 0)
#define METADATA_TEXT_PPR1 (1u << 1)
#define METADATA_TEXT_PPR2 (1u << 2)

/* The capability of IoT eUICCs, which servers of v2 know as well (iotSpecificMetadataSupport). */
#define METADATA_TEXT_IOT (1u << 26)

struct metadata_text_notification {
    uint32_t events;
    char address[METADATA_TEXT_ADDRESS_SIZE];
};

struct metadata_text_oid {
    uint8_t content[METADATA_TEXT_OID_MAX];
    size_t len; /* 0: none */
};

/* An entry of managingDpList. */
struct metadata_text_manager {
    struct metadata_text_oid oid;
    uint32_t types; /* RpmType */
    uint8_t tags[METADATA_TEXT_TAGS_MAX];
    size_t tags_len;
};

/* What SGP.22 v3 has added; a text is "" where it is not said. */
struct metadata_text_v3 {
    struct metadata_text_manager managers[METADATA_TEXT_MANAGERS_MAX];
    size_t manager_count;
    struct metadata_text_oid owner; /* none: no RpmConfiguration */
    uint8_t allowed_ci[METADATA_TEXT_CI_MAX];
    size_t allowed_ci_len;
    char polling_address[METADATA_TEXT_ADDRESS_SIZE], hri_address[METADATA_TEXT_ADDRESS_SIZE],
        pcmp_address[METADATA_TEXT_ADDRESS_SIZE], device_change_address[METADATA_TEXT_ADDRESS_SIZE];
    char device_change_code[METADATA_TEXT_AC_MAX + 1];
    bool change_asks_eid, change_asks_tac; /* of the new device */
    bool change_keeps_old;                 /* the profile stays where it leaves */
    bool has_change_days;
    uint32_t change_days; /* in which it may come back; METADATA_TEXT_CHANGE_DAYS unless said */
    char message[4 * METADATA_TEXT_MESSAGE_MAX + 1];
    char language[16];
    struct metadata_text_oid enterprise; /* none: no EnterpriseConfiguration */
    char enterprise_name[4 * METADATA_TEXT_ENTERPRISE_MAX + 1];
    bool has_enterprise_rules;
    uint32_t enterprise_rules; /* enterpriseRuleBits */
    uint32_t others_enabled;   /* numberOfNonEnterpriseProfiles */
    bool has_services, has_size;
    bool ecall, fallback_allowed; /* of SGP.32 */
    uint32_t services;            /* ServiceDescription */
    uint32_t size;                /* bytes */
};

struct metadata_text {
    bool has_iccid;
    uint8_t iccid[ICCID_SIZE]; /* nibbles swapped, as EF.ICCID */
    char provider[4 * METADATA_TEXT_PROVIDER_MAX + 1];
    char name[4 * METADATA_TEXT_NAME_MAX + 1];
    enum metadata_text_class class;
    enum metadata_text_icon icon_type;
    uint8_t icon[METADATA_TEXT_ICON_MAX];
    size_t icon_len;                         /* 0: none */
    char icon_path[METADATA_TEXT_PATH_SIZE]; /* of its file; "" if that is longer */
    uint32_t rules;
    bool has_owner;
    uint8_t mcc_mnc[3]; /* as TS 24.008 codes them */
    uint8_t gid1[METADATA_TEXT_GID_MAX], gid2[METADATA_TEXT_GID_MAX];
    size_t gid1_len, gid2_len;
    uint8_t access_rules[METADATA_TEXT_ACCESS_RULES_MAX]; /* REF-AR-DOs */
    size_t access_rules_len;
    struct metadata_text_notification notifications[METADATA_TEXT_NOTIFICATIONS_MAX];
    size_t notification_count;
    bool own_notifications; /* the text has set them */
    char confirmation_code[METADATA_TEXT_CODE_MAX + 1];
    struct metadata_text_v3 v3;
};

#endif
