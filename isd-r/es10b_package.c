/* ES10b of SGP.32: packages of eIMs, and the way back from what they have done. */
#include "apdu/status.h"
#include "isd-r/es10b_iot.h"
#include "isd-r/iot/change.h"
#include "isd-r/iot/package.h"

int es10b_load_euicc_package(struct isd_r *isd_r, struct bytes request, struct writer *response)
{
    const struct iot iot = es10b_iot(isd_r);
    return package_load(&iot, request, response);
}

int es10b_refuse_euicc_package(struct isd_r *isd_r, struct bytes request, int error,
                               struct writer *response)
{
    const struct iot iot = es10b_iot(isd_r);
    return package_refuse(&iot, request, error, response);
}

int es10b_profile_rollback(struct isd_r *isd_r, struct bytes request, struct writer *response)
{
    const struct iot iot = es10b_iot(isd_r);
    uint8_t room[PACKAGE_RESULT_MAX];
    struct writer undone = writer_on(room, sizeof(room));
    bool refresh;
    int answer = CHANGE_UNDEFINED;
    if (!es10b_iot_take_refresh(isd_r, &request, &refresh))
        return SW_WRONG_DATA;
    const int result = package_roll_back(&iot, refresh, &answer, &undone);
    const size_t mark = tlv_open(response, ES10_PROFILE_ROLLBACK);
    der_put_integer(response, DER_INTEGER, answer);
    writer_put(response, writer_bytes(&undone));
    tlv_close(response, mark);
    return result;
}
