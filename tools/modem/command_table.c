/* The commands of the modem. */
#include "tools/modem/commands.h"

/* clang-format off */
static const struct modem_row rows[] = {
    {"E", LINE_EXECUTE, NULL, modem_echo, false, "V.250 §6.2.4"},
    {"Q", LINE_EXECUTE, NULL, modem_quiet, false, "V.250 §6.2.5"},
    {"V", LINE_EXECUTE, NULL, modem_verbose, false, "V.250 §6.2.6"},
    {"X", LINE_EXECUTE, NULL, modem_line_signal, false, "V.250 §6.2.7"},
    {"&C", LINE_EXECUTE, NULL, modem_line_signal, false, "V.250 §6.2.8"},
    {"&D", LINE_EXECUTE, NULL, modem_line_signal, false, "V.250 §6.2.9"},
    {"Z", LINE_EXECUTE, NULL, modem_reset, false, "V.250 §6.1.1"},
    {"&F", LINE_EXECUTE, NULL, modem_reset, false, "V.250 §6.1.2"},
    {"I", LINE_EXECUTE, NULL, modem_information, false, "V.250 §6.1.3"},
    {"+GMI", LINE_EXECUTE, "", modem_manufacturer, false, "V.250 §6.1.4"},
    {"+GMM", LINE_EXECUTE, "", modem_model, false, "V.250 §6.1.5"},
    {"+GMR", LINE_EXECUTE, "", modem_revision, false, "V.250 §6.1.6"},
    {"+GSN", LINE_EXECUTE, "", modem_serial_number, false, "V.250 §6.1.7"},
    {"+GCAP", LINE_EXECUTE, "", modem_capabilities, false, "V.250 §6.1.9"},
    {"+CGMI", LINE_EXECUTE, "", modem_manufacturer, false, "TS 27.007 §5.1"},
    {"+CGMM", LINE_EXECUTE, "", modem_model, false, "TS 27.007 §5.2"},
    {"+CGMR", LINE_EXECUTE, "", modem_revision, false, "TS 27.007 §5.3"},
    {"+CGSN", LINE_EXECUTE, "", modem_serial_number, false, "TS 27.007 §5.4"},
    {"+CIMI", LINE_EXECUTE, "", modem_cimi, true, "TS 27.007 §5.6"},
    {"+CFUN", LINE_READ | LINE_SET, "(0,1,4),(0,1)", modem_cfun, false, "TS 27.007 §8.2"},
    {"+CPIN", LINE_READ | LINE_SET, "", modem_cpin, true, "TS 27.007 §8.3"},
    {"+CSIM", LINE_SET, "", modem_csim, true, "TS 27.007 §8.17"},
    {"+CRSM", LINE_SET, "", modem_crsm, true, "TS 27.007 §8.18"},
    {"+CLAC", LINE_EXECUTE, "", modem_commands, false, "TS 27.007 §8.37"},
    {"+CGLA", LINE_SET, "", modem_cgla, true, "TS 27.007 §8.43"},
    {"+CCHO", LINE_SET, "", modem_ccho, true, "TS 27.007 §8.45"},
    {"+CCHC", LINE_SET, "", modem_cchc, true, "TS 27.007 §8.46"},
    {"+CCID", LINE_EXECUTE | LINE_READ, "", modem_ccid, true, "TS 102 221 §13.2"},
    {"+CICCID", LINE_EXECUTE | LINE_READ, "", modem_ciccid, true, "TS 102 221 §13.2"},
    {"+CEID", LINE_EXECUTE | LINE_READ, "", modem_ceid, true, "SGP.22 §5.7.20"},
    {"+CATR", LINE_EXECUTE | LINE_READ, "", modem_catr, true, "TS 27.007 §8"},
    {"+CPINR", LINE_EXECUTE | LINE_SET, "(\"SIM PIN\",\"SIM PUK\",\"SIM PIN2\",\"SIM PUK2\")", modem_cpinr, true,
     "TS 27.007 §8.65"},
    {"+CLCK", LINE_SET, "(\"SC\",\"PS\",\"PF\",\"PN\",\"PU\",\"PP\",\"PC\")", modem_clck, true, "TS 27.007 §7.4"},
    {"+CPWD", LINE_SET, "(\"SC\",8),(\"P2\",8)", modem_cpwd, true, "TS 27.007 §7.5"},
    {"+ESMS", LINE_SET, "", modem_esms, true, "V.250 §5.4.1"},
    {"+ESMSR", LINE_EXECUTE, "", modem_esmsr, false, "V.250 §5.4.1"},
    {"+EMENU", LINE_SET, "(0-255)", modem_emenu, true, "V.250 §5.4.1"},
    {"+CMEE", LINE_READ | LINE_SET, "(0-2)", modem_cmee, false, "TS 27.007 §9.1"},
};
/* clang-format on */

const struct modem_row *modem_row(size_t i)
{
    return i < sizeof(rows) / sizeof(rows[0]) ? &rows[i] : NULL;
}

const struct modem_row *modem_find(const struct line_command *command)
{
    const struct modem_row *row;
    for (size_t i = 0; (row = modem_row(i)) != NULL; i++)
        if (line_is_named(command, row->name))
            return row;
    return NULL;
}
