/* domain_dgi: data groupings, as STORE DATA and sdPersoData carry them (GlobalPlatform §11.11,
 * GlobalPlatform Systems Scripting: a tag of two bytes, a length of one, or FF and two). */
#ifndef EMUICC_FS_DOMAIN_DOMAIN_DGI_H
#define EMUICC_FS_DOMAIN_DOMAIN_DGI_H

#include "fs/domain/domain_list.h"

#define DOMAIN_DGI_OBJECTS 0x0070 /* its content is TLVs, each an object for GET DATA */

struct domain_dgi {
    uint16_t tag;
    struct bytes content;
};

/* Takes the next off the front; false, with nothing moved, if it is cut. */
bool domain_dgi_take(struct bytes *from, struct domain_dgi *out);

/* Adds an object to a registry. */
typedef int domain_dgi_adder(struct domain_registry *registry, const struct domain_object *object);
/* Keeps all that groupings hold as objects of the domain: 0, SW_WRONG_DATA with some of it kept, or
 * a failure. */
int domain_dgi_keep(struct domain_registry *registry, const struct domain_aid *domain,
                    struct bytes groupings, domain_dgi_adder *add);
/* The same of TLVs without groupings. */
int domain_dgi_keep_objects(struct domain_registry *registry, const struct domain_aid *domain,
                            struct bytes objects, domain_dgi_adder *add);

#endif
