/* fcp_tags: the numbers of the file control parameters (TS 102 221 §11.1.1.4, TS 102 222 §6.3). */
#ifndef EMUICC_FS_FCP_FCP_TAGS_H
#define EMUICC_FS_FCP_FCP_TAGS_H

enum fcp_tag {
    FCP_TEMPLATE = 0x62,
    FCP_SIZE = 0x80,
    FCP_TOTAL_SIZE = 0x81,
    FCP_DESCRIPTOR = 0x82,
    FCP_FID = 0x83,
    FCP_AID = 0x84,
    FCP_SFI = 0x88,
    FCP_LIFE_CYCLE = 0x8A,
    FCP_RULES_REFERENCED = 0x8B,
    FCP_RULES_COMPACT = 0x8C,
    FCP_RULES_EXPANDED = 0xAB,
    FCP_PROPRIETARY = 0xA5,
    FCP_PIN_STATUS = 0xC6,
};

/* Inside A5. */
enum fcp_property_tag {
    FCP_CHARACTERISTICS = 0x80,
    FCP_MEMORY = 0x83,
    FCP_DETAILS = 0x84,
    FCP_RESERVED = 0x85,
    FCP_MAXIMUM = 0x86,
    FCP_COMMANDS = 0x87,
    FCP_SPECIAL = 0xC0,
    FCP_SPECIAL_OTHER = 0xD0, /* what some cards have instead */
    FCP_FILL = 0xC1,
    FCP_REPEAT = 0xC2,
};

/* Inside C6. */
enum fcp_pin_tag {
    FCP_PIN_REFERENCE = 0x83,
    FCP_PIN_ENABLED = 0x90,
    FCP_PIN_USAGE = 0x95,
};
#define FCP_PIN_USED 0x08 /* usage of the universal PIN: it stands in for a disabled one */

/* File descriptor byte, then the data coding byte that a UICC always gives. */
enum fcp_descriptor {
    FCP_TRANSPARENT = 0x01,
    FCP_LINEAR = 0x02,
    FCP_CYCLIC = 0x06,
    FCP_DIRECTORY = 0x38,
    FCP_BER_TLV = 0x39,
    FCP_SHAREABLE = 0x40,
};
#define FCP_DATA_CODING 0x21

#define FCP_SFI_SHIFT 3 /* the short file id stands in the five upper bits */

#endif
