#include "crypto/pki/pki_entity.h"

#include <stdlib.h>

void pki_entity_finish(struct pki_entity *entity)
{
    free(entity->der);
    ec_private_destroy(entity->key);
    *entity = (struct pki_entity){0};
}
