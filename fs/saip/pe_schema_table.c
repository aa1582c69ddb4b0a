#include "fs/saip/pe_schema_table.h"

#include "apdu/der.h"

/* clang-format off */

static const struct pe_schema_type null = {NULL, PE_SCHEMA_NULL};
static const struct pe_schema_type oid = {NULL, PE_SCHEMA_OBJECT_IDENTIFIER};
static const struct pe_schema_type octets = {NULL, PE_SCHEMA_OCTET_STRING, 0, UNLIMITED};
static const struct pe_schema_type integer_u8 = {"UInt8", PE_SCHEMA_INTEGER, 0, 255};
static const struct pe_schema_type integer_u15 = {"UInt15", PE_SCHEMA_INTEGER, 0, 32767};
static const struct pe_schema_type integer_u16 = {"UInt16", PE_SCHEMA_INTEGER, 0, 65535};
static const struct pe_schema_type integer_u31 = {"UInt31", PE_SCHEMA_INTEGER, 0, 2147483647};
static const struct pe_schema_type application_identifier =
    {"ApplicationIdentifier", PE_SCHEMA_OCTET_STRING, 5, 16};
static const struct pe_schema_type utf8_1_100 = {NULL, PE_SCHEMA_UTF8_STRING, 1, 100};
static const struct pe_schema_type octets_10 = {NULL, PE_SCHEMA_OCTET_STRING, 10, 10};
static const struct pe_schema_type octets_2 = {NULL, PE_SCHEMA_OCTET_STRING, 2, 2};
static const struct pe_schema_type octets_7_11 = {NULL, PE_SCHEMA_OCTET_STRING, 7, 11};
static const struct pe_schema_type octets_0_8 = {NULL, PE_SCHEMA_OCTET_STRING, 0, 8};
static const struct pe_schema_type octets_2_4 = {NULL, PE_SCHEMA_OCTET_STRING, 2, 4};
static const struct pe_schema_type octets_1 = {NULL, PE_SCHEMA_OCTET_STRING, 1, 1};
static const struct pe_schema_type octets_1_3 = {NULL, PE_SCHEMA_OCTET_STRING, 1, 3};
static const struct pe_schema_type octets_0_1 = {NULL, PE_SCHEMA_OCTET_STRING, 0, 1};
static const struct pe_schema_type octets_1_200 = {NULL, PE_SCHEMA_OCTET_STRING, 1, 200};
static const struct pe_schema_type octets_8 = {NULL, PE_SCHEMA_OCTET_STRING, 8, 8};
static const struct pe_schema_type octets_5 = {NULL, PE_SCHEMA_OCTET_STRING, 5, 5};
static const struct pe_schema_type octets_80 = {NULL, PE_SCHEMA_OCTET_STRING, 80, 80};
static const struct pe_schema_type octets_3 = {NULL, PE_SCHEMA_OCTET_STRING, 3, 3};
static const struct pe_schema_type octets_6 = {NULL, PE_SCHEMA_OCTET_STRING, 6, 6};
static const struct pe_schema_type octets_16 = {NULL, PE_SCHEMA_OCTET_STRING, 16, 16};
static const struct pe_schema_type octets_2_32 = {NULL, PE_SCHEMA_OCTET_STRING, 2, 32};
static const struct pe_schema_type octets_3_483 = {NULL, PE_SCHEMA_OCTET_STRING, 3, 483};
static const struct pe_schema_type octets_5_957 = {NULL, PE_SCHEMA_OCTET_STRING, 5, 957};
static const struct pe_schema_type octets_1_2 = {NULL, PE_SCHEMA_OCTET_STRING, 1, 2};
static const struct pe_schema_type utf8_2_64 = {NULL, PE_SCHEMA_UTF8_STRING, 2, 64};

static const struct pe_schema_field services_list_fields[] = {
    {"contactless", CP(0), &null, OPTIONAL},
    {"usim", CP(1), &null, OPTIONAL},
    {"isim", CP(2), &null, OPTIONAL},
    {"csim", CP(3), &null, OPTIONAL},
    {"milenage", CP(4), &null, OPTIONAL},
    {"tuak128", CP(5), &null, OPTIONAL},
    {"cave", CP(6), &null, OPTIONAL},
    {"gba-usim", CP(7), &null, OPTIONAL},
    {"gba-isim", CP(8), &null, OPTIONAL},
    {"mbms", CP(9), &null, OPTIONAL},
    {"eap", CP(10), &null, OPTIONAL},
    {"javacard", CP(11), &null, OPTIONAL},
    {"multos", CP(12), &null, OPTIONAL},
    {"multiple-usim", CP(13), &null, OPTIONAL},
    {"multiple-isim", CP(14), &null, OPTIONAL},
    {"multiple-csim", CP(15), &null, OPTIONAL},
    {"tuak256", CP(16), &null, OPTIONAL},
    {"usim-test-algorithm", CP(17), &null, OPTIONAL},
    {"ber-tlv", CP(18), &null, OPTIONAL},
    {"dfLink", CP(19), &null, OPTIONAL},
    {"cat-tp", CP(20), &null, OPTIONAL},
    {"get-identity", CP(21), &null, OPTIONAL},
    {"profile-a-x25519", CP(22), &null, OPTIONAL},
    {"profile-b-p256", CP(23), &null, OPTIONAL},
    {"suciCalculatorApi", CP(24), &null, OPTIONAL},
    {"dns-resolution", CP(25), &null, OPTIONAL},
    {"scp11ac", CP(26), &null, OPTIONAL},
    {"scp11c-authorization-mechanism", CP(27), &null, OPTIONAL},
    {"s16mode", CP(28), &null, OPTIONAL},
    {"eaka", CP(29), &null, OPTIONAL},
};
static const struct pe_schema_type services_list =
    {"ServicesList", PE_SCHEMA_SEQUENCE, FIELDS(services_list_fields)};

static const struct pe_schema_type mandatory_gfste_list =
    {NULL, PE_SCHEMA_SEQUENCE_OF, 0, UNLIMITED, .element = &oid};

static const struct pe_schema_field mandatory_aids_element_fields[] = {
    {"aid", CP(0), &application_identifier, REQUIRED},
    {"version", CP(1), &octets_2, REQUIRED},
};
static const struct pe_schema_type mandatory_aids_element =
    {NULL, PE_SCHEMA_SEQUENCE, FIELDS(mandatory_aids_element_fields)};

static const struct pe_schema_type mandatory_aids =
    {NULL, PE_SCHEMA_SEQUENCE_OF, 0, UNLIMITED, .element = &mandatory_aids_element};

static const struct pe_schema_field iot_options_fields[] = {
    {"pix", CP(0), &octets_7_11, REQUIRED},
};
static const struct pe_schema_type iot_options =
    {"IotOptions", PE_SCHEMA_SEQUENCE, FIELDS(iot_options_fields)};

static const struct pe_schema_field profile_header_fields[] = {
    {"major-version", CP(0), &integer_u8, REQUIRED},
    {"minor-version", CP(1), &integer_u8, REQUIRED},
    {"profileType", CP(2), &utf8_1_100, OPTIONAL},
    {"iccid", CP(3), &octets_10, REQUIRED},
    {"pol", CP(4), &octets, OPTIONAL},
    {"eUICC-Mandatory-services", CC(5), &services_list, REQUIRED},
    {"eUICC-Mandatory-GFSTEList", CC(6), &mandatory_gfste_list, REQUIRED},
    {"connectivityParameters", CP(7), &octets, OPTIONAL},
    {"eUICC-Mandatory-AIDs", CC(8), &mandatory_aids, OPTIONAL},
    {"iotOptions", CC(9), &iot_options, OPTIONAL},
};
static const struct pe_schema_type profile_header =
    {"ProfileHeader", PE_SCHEMA_SEQUENCE, FIELDS(profile_header_fields)};

static const struct pe_schema_field pe_header_fields[] = {
    {"mandated", CP(0), &null, OPTIONAL},
    {"identification", CP(1), &integer_u15, REQUIRED},
};
const struct pe_schema_type pe_schema_header =
    {"PEHeader", PE_SCHEMA_SEQUENCE, FIELDS(pe_header_fields)};

static const struct pe_schema_field proprietary_info_fields[] = {
    {"specialFileInformation", PP(0), &octets_1, DEFAULT, "00"},
    {"fillPattern", PP(1), &octets_1_200, OPTIONAL},
    {"repeatPattern", PP(2), &octets_1_200, OPTIONAL},
    {"maximumFileSize", CP(6), &octets, OPTIONAL},
    {"fileDetails", CP(4), &octets_1, DEFAULT, "01"},
};
const struct pe_schema_type pe_schema_proprietary_info =
    {"ProprietaryInfo", PE_SCHEMA_SEQUENCE, FIELDS(proprietary_info_fields)};

static const struct pe_schema_field fcp_fields[] = {
    {"fileDescriptor", CP(2), &octets_2_4, OPTIONAL},
    {"fileID", CP(3), &octets_2, OPTIONAL},
    {"dfName", CP(4), &application_identifier, OPTIONAL},
    {"lcsi", CP(10), &octets_1, DEFAULT, "05"},
    {"securityAttributesReferenced", CP(11), &octets_1_3, OPTIONAL},
    {"efFileSize", CP(0), &octets, OPTIONAL},
    {"pinStatusTemplateDO", PP(6), &octets, OPTIONAL},
    {"shortEFID", CP(8), &octets_0_1, OPTIONAL},
    {"proprietaryEFInfo", CC(5), &pe_schema_proprietary_info, OPTIONAL},
    {"linkPath", PP(7), &octets_0_8, OPTIONAL},
};
const struct pe_schema_type pe_schema_fcp = {"Fcp", PE_SCHEMA_SEQUENCE, FIELDS(fcp_fields)};

static const struct pe_schema_field file_element_fields[] = {
    {"doNotCreate", CP(0), &null},
    {"fileDescriptor", CC(1), &pe_schema_fcp},
    {"fillFileOffset", CP(2), &integer_u16},
    {"fillFileContent", CP(3), &octets},
};
static const struct pe_schema_type file_element =
    {NULL, PE_SCHEMA_CHOICE, FIELDS(file_element_fields)};

const struct pe_schema_type pe_schema_file =
    {"File", PE_SCHEMA_SEQUENCE_OF, 0, UNLIMITED, .element = &file_element};

static const struct pe_schema_field file_management_element_fields[] = {
    {"filePath", CP(0), &octets_0_8},
    {"createFCP", AC(2), &pe_schema_fcp},
    {"fillFileOffset", DER_INTEGER, &integer_u16},
    {"fillFileContent", CP(1), &octets},
};
static const struct pe_schema_type file_management_element =
    {NULL, PE_SCHEMA_CHOICE, FIELDS(file_management_element_fields)};

static const struct pe_schema_type file_management =
    {"FileManagement", PE_SCHEMA_SEQUENCE_OF, 1, UNLIMITED, .element = &file_management_element};

static const struct pe_schema_type file_management_commands =
    {NULL, PE_SCHEMA_SEQUENCE_OF, 1, UNLIMITED, .element = &file_management};

static const struct pe_schema_field generic_file_management_fields[] = {
    {"gfm-header", CC(0), &pe_schema_header, REQUIRED},
    {"fileManagementCMD", CC(1), &file_management_commands, REQUIRED},
};
static const struct pe_schema_type generic_file_management =
    {"PE-GenericFileManagement", PE_SCHEMA_SEQUENCE, FIELDS(generic_file_management_fields)};

static const struct pe_schema_name pin_key_reference_names[] = {
    {1, "pinAppl1"},
    {2, "pinAppl2"},
    {3, "pinAppl3"},
    {4, "pinAppl4"},
    {5, "pinAppl5"},
    {6, "pinAppl6"},
    {7, "pinAppl7"},
    {8, "pinAppl8"},
    {10, "adm1"},
    {11, "adm2"},
    {12, "adm3"},
    {13, "adm4"},
    {14, "adm5"},
    {129, "secondPINAppl1"},
    {130, "secondPINAppl2"},
    {131, "secondPINAppl3"},
    {132, "secondPINAppl4"},
    {133, "secondPINAppl5"},
    {134, "secondPINAppl6"},
    {135, "secondPINAppl7"},
    {136, "secondPINAppl8"},
    {138, "adm6"},
    {139, "adm7"},
    {140, "adm8"},
    {141, "adm9"},
    {142, "adm10"},
};
static const struct pe_schema_type pin_key_reference =
    {"PINKeyReferenceValue", PE_SCHEMA_INTEGER, 0, 255, NAMES(pin_key_reference_names)};

static const struct pe_schema_name puk_key_reference_names[] = {
    {1, "pukAppl1"},
    {2, "pukAppl2"},
    {3, "pukAppl3"},
    {4, "pukAppl4"},
    {5, "pukAppl5"},
    {6, "pukAppl6"},
    {7, "pukAppl7"},
    {8, "pukAppl8"},
    {129, "secondPUKAppl1"},
    {130, "secondPUKAppl2"},
    {131, "secondPUKAppl3"},
    {132, "secondPUKAppl4"},
    {133, "secondPUKAppl5"},
    {134, "secondPUKAppl6"},
    {135, "secondPUKAppl7"},
    {136, "secondPUKAppl8"},
};
static const struct pe_schema_type puk_key_reference =
    {"PUKKeyReferenceValue", PE_SCHEMA_INTEGER, 0, 255, NAMES(puk_key_reference_names)};

static const struct pe_schema_field pin_configuration_fields[] = {
    {"keyReference", CP(0), &pin_key_reference, REQUIRED},
    {"pinValue", CP(1), &octets_8, REQUIRED},
    {"unblockingPINReference", CP(2), &puk_key_reference, OPTIONAL},
    {"pinAttributes", CP(3), &integer_u8, DEFAULT, "7"},
    {"maxNumOfAttemps-retryNumLeft", CP(4), &integer_u8, DEFAULT, "51"},
};
static const struct pe_schema_type pin_configuration =
    {"PINConfiguration", PE_SCHEMA_SEQUENCE, FIELDS(pin_configuration_fields)};

static const struct pe_schema_type pin_codes_pin_codes_pinconfig =
    {NULL, PE_SCHEMA_SEQUENCE_OF, 1, 26, .element = &pin_configuration};

static const struct pe_schema_field pin_codes_pin_codes_fields[] = {
    {"pinconfig", CC(0), &pin_codes_pin_codes_pinconfig},
    {"filePath", CP(1), &octets_0_8},
};
static const struct pe_schema_type pin_codes_pin_codes =
    {NULL, PE_SCHEMA_CHOICE, FIELDS(pin_codes_pin_codes_fields)};

static const struct pe_schema_field pin_codes_fields[] = {
    {"pin-Header", CC(0), &pe_schema_header, REQUIRED},
    {"pinCodes", CC(1), &pin_codes_pin_codes, REQUIRED},
};
static const struct pe_schema_type pin_codes =
    {"PE-PINCodes", PE_SCHEMA_SEQUENCE, FIELDS(pin_codes_fields)};

static const struct pe_schema_field puk_configuration_fields[] = {
    {"keyReference", CP(0), &puk_key_reference, REQUIRED},
    {"pukValue", CP(1), &octets_8, REQUIRED},
    {"maxNumOfAttemps-retryNumLeft", CP(2), &integer_u8, DEFAULT, "170"},
};
static const struct pe_schema_type puk_configuration =
    {"PUKConfiguration", PE_SCHEMA_SEQUENCE, FIELDS(puk_configuration_fields)};

static const struct pe_schema_type puk_codes_puk_codes =
    {NULL, PE_SCHEMA_SEQUENCE_OF, 1, 16, .element = &puk_configuration};

static const struct pe_schema_field puk_codes_fields[] = {
    {"puk-Header", CC(0), &pe_schema_header, REQUIRED},
    {"pukCodes", CC(1), &puk_codes_puk_codes, REQUIRED},
};
static const struct pe_schema_type puk_codes =
    {"PE-PUKCodes", PE_SCHEMA_SEQUENCE, FIELDS(puk_codes_fields)};

static const struct pe_schema_field mapping_parameter_fields[] = {
    {"mappingOptions", CP(0), &octets_1, REQUIRED},
    {"mappingSource", CP(1), &application_identifier, REQUIRED},
};
static const struct pe_schema_type mapping_parameter =
    {"MappingParameter", PE_SCHEMA_SEQUENCE, FIELDS(mapping_parameter_fields)};

static const struct pe_schema_name algo_parameter_algorithm_id_names[] = {
    {1, "milenage"},
    {2, "tuak"},
    {3, "usim-test-algorithm"},
};
static const struct pe_schema_type algo_parameter_algorithm_id =
    {NULL, PE_SCHEMA_INTEGER, 0, 255, NAMES(algo_parameter_algorithm_id_names)};

static const struct pe_schema_field algo_parameter_fields[] = {
    {"algorithmID", CP(0), &algo_parameter_algorithm_id, REQUIRED},
    {"algorithmOptions", CP(1), &octets_1, REQUIRED},
    {"key", CP(2), &octets, REQUIRED},
    {"opc", CP(3), &octets, REQUIRED},
    {"rotationConstants", CP(4), &octets_5, DEFAULT, "4000204060"},
    {"xoringConstants", CP(5), &octets_80, DEFAULT,
     "00000000000000000000000000000000000000000000000000000000000000010000000000000000"
     "00000000000000020000000000000000000000000000000400000000000000000000000000000008"},
    {"authCounterMax", CP(6), &octets_3, OPTIONAL},
    {"numberOfKeccak", CP(7), &integer_u8, DEFAULT, "1"},
};
static const struct pe_schema_type algo_parameter =
    {"AlgoParameter", PE_SCHEMA_SEQUENCE, FIELDS(algo_parameter_fields)};

static const struct pe_schema_field aka_parameter_algo_configuration_fields[] = {
    {"mappingParameter", CC(0), &mapping_parameter},
    {"algoParameter", CC(1), &algo_parameter},
};
static const struct pe_schema_type aka_parameter_algo_configuration =
    {NULL, PE_SCHEMA_CHOICE, FIELDS(aka_parameter_algo_configuration_fields)};

static const struct pe_schema_type aka_parameter_sqn_init =
    {NULL, PE_SCHEMA_SEQUENCE_OF, 32, 32, .element = &octets_6};

static const struct pe_schema_field aka_parameter_fields[] = {
    {"aka-header", CC(0), &pe_schema_header, REQUIRED},
    {"algoConfiguration", CC(1), &aka_parameter_algo_configuration, REQUIRED},
    {"sqnOptions", CP(2), &octets_1, DEFAULT, "02"},
    {"sqnDelta", CP(3), &octets_6, DEFAULT, "000010000000"},
    {"sqnAgeLimit", CP(4), &octets_6, DEFAULT, "000010000000"},
    {"sqnInit", CC(5), &aka_parameter_sqn_init, DEFAULT, "000000000000"},
};
static const struct pe_schema_type aka_parameter =
    {"PE-AKAParameter", PE_SCHEMA_SEQUENCE, FIELDS(aka_parameter_fields)};

static const struct pe_schema_field cdma_parameter_fields[] = {
    {"cdma-header", CC(0), &pe_schema_header, REQUIRED},
    {"authenticationKey", CP(1), &octets_8, REQUIRED},
    {"ssd", CP(2), &octets_16, OPTIONAL},
    {"hrpdAccessAuthenticationData", CP(3), &octets_2_32, OPTIONAL},
    {"simpleIPAuthenticationData", CP(4), &octets_3_483, OPTIONAL},
    {"mobileIPAuthenticationData", CP(5), &octets_5_957, OPTIONAL},
};
static const struct pe_schema_type cdma_parameter =
    {"PE-CDMAParameter", PE_SCHEMA_SEQUENCE, FIELDS(cdma_parameter_fields)};

static const struct pe_schema_field ts102226_additional_contactless_parameters_fields[] = {
    {"protocolParameterData", CP(0), &octets, REQUIRED},
};
static const struct pe_schema_type ts102226_additional_contactless_parameters =
    {"TS102226AdditionalContactlessParameters", PE_SCHEMA_SEQUENCE, FIELDS(ts102226_additional_contactless_parameters_fields)};

static const struct pe_schema_field application_system_parameters_fields[] = {
    {"volatileMemoryQuotaC7", PP(7), &octets_2_4, OPTIONAL},
    {"nonVolatileMemoryQuotaC8", PP(8), &octets_2_4, OPTIONAL},
    {"globalServiceParameters", PP(11), &octets, OPTIONAL},
    {"implicitSelectionParameter", PP(15), &octets, OPTIONAL},
    {"volatileReservedMemory", PP(23), &octets_2_4, OPTIONAL},
    {"nonVolatileReservedMemory", PP(24), &octets_2_4, OPTIONAL},
    {"ts102226SIMFileAccessToolkitParameter", PP(10), &octets, OPTIONAL},
    {"ts102226AdditionalContactlessParameters", CC(0),
     &ts102226_additional_contactless_parameters, OPTIONAL},
    {"contactlessProtocolParameters", PP(25), &octets, OPTIONAL},
    {"userInteractionContactlessParameters", PP(26), &octets, OPTIONAL},
    {"cumulativeGrantedVolatileMemory", CP(2), &octets_2_4, OPTIONAL},
    {"cumulativeGrantedNonVolatileMemory", CP(3), &octets_2_4, OPTIONAL},
};
static const struct pe_schema_type application_system_parameters =
    {"ApplicationSystemParameters", PE_SCHEMA_SEQUENCE, FIELDS(application_system_parameters_fields)};

static const struct pe_schema_field uicc_application_parameters_fields[] = {
    {"uiccToolkitApplicationSpecificParametersField", CP(0), &octets, OPTIONAL},
    {"uiccAccessApplicationSpecificParametersField", CP(1), &octets, OPTIONAL},
    {"uiccAdministrativeAccessApplicationSpecificParametersField", CP(2), &octets, OPTIONAL},
};
static const struct pe_schema_type uicc_application_parameters =
    {"UICCApplicationParameters", PE_SCHEMA_SEQUENCE, FIELDS(uicc_application_parameters_fields)};

static const struct pe_schema_type application_instance_process_data =
    {NULL, PE_SCHEMA_SEQUENCE_OF, 1, UNLIMITED, .element = &octets};

static const struct pe_schema_field control_reference_template_fields[] = {
    {"applicationProviderIdentifier", AP(32), &octets, REQUIRED},
};
static const struct pe_schema_type control_reference_template =
    {"ControlReferenceTemplate", PE_SCHEMA_SEQUENCE, FIELDS(control_reference_template_fields)};

static const struct pe_schema_field application_instance_fields[] = {
    {"applicationLoadPackageAID", AP(15), &application_identifier, REQUIRED},
    {"classAID", AP(15), &application_identifier, REQUIRED},
    {"instanceAID", AP(15), &application_identifier, REQUIRED},
    {"extraditeSecurityDomainAID", AP(15), &application_identifier, OPTIONAL},
    {"applicationPrivileges", CP(2), &octets, REQUIRED},
    {"lifeCycleState", CP(3), &octets_1, DEFAULT, "07"},
    {"applicationSpecificParametersC9", PP(9), &octets, REQUIRED},
    {"systemSpecificParameters", PC(15), &application_system_parameters, OPTIONAL},
    {"applicationParameters", PC(10), &uicc_application_parameters, OPTIONAL},
    {"processData", DER_SEQUENCE, &application_instance_process_data, OPTIONAL},
    {"controlReferenceTemplate", CC(16), &control_reference_template, OPTIONAL},
};
static const struct pe_schema_type application_instance =
    {"ApplicationInstance", PE_SCHEMA_SEQUENCE, FIELDS(application_instance_fields)};

static const struct pe_schema_field key_object_key_components_element_fields[] = {
    {"keyType", CP(0), &octets, REQUIRED},
    {"keyData", CP(6), &octets, REQUIRED},
    {"macLength", CP(7), &integer_u8, DEFAULT, "8"},
};
static const struct pe_schema_type key_object_key_components_element =
    {NULL, PE_SCHEMA_SEQUENCE, FIELDS(key_object_key_components_element_fields)};

static const struct pe_schema_type key_object_key_components =
    {NULL, PE_SCHEMA_SEQUENCE_OF, 1, UNLIMITED, .element = &key_object_key_components_element};

static const struct pe_schema_field key_object_fields[] = {
    {"keyUsageQualifier", CP(21), &octets_1_2, REQUIRED},
    {"keyAccess", CP(22), &octets_1, DEFAULT, "00"},
    {"keyIdentifier", CP(2), &octets_1, REQUIRED},
    {"keyVersionNumber", CP(3), &octets_1, REQUIRED},
    {"keyCounterValue", CP(5), &octets, OPTIONAL},
    {"keyComponents", DER_SEQUENCE, &key_object_key_components, REQUIRED},
};
static const struct pe_schema_type key_object =
    {"KeyObject", PE_SCHEMA_SEQUENCE, FIELDS(key_object_fields)};

static const struct pe_schema_type security_domain_key_list =
    {NULL, PE_SCHEMA_SEQUENCE_OF, 1, UNLIMITED, .element = &key_object};

static const struct pe_schema_type security_domain_sd_perso_data =
    {NULL, PE_SCHEMA_SEQUENCE_OF, 1, UNLIMITED, .element = &octets};

static const struct pe_schema_field security_domain_open_perso_data_fields[] = {
    {"restrictParameter", PP(25), &octets_1, OPTIONAL},
    {"contactlessProtocolParameters", DER_OCTET_STRING, &octets, OPTIONAL},
};
static const struct pe_schema_type security_domain_open_perso_data =
    {NULL, PE_SCHEMA_SEQUENCE, FIELDS(security_domain_open_perso_data_fields)};

static const struct pe_schema_field security_domain_cat_tp_parameters_fields[] = {
    {"catTpMaxSduSize", CP(0), &integer_u16, REQUIRED},
    {"catTpMaxPduSize", CP(1), &integer_u16, REQUIRED},
};
static const struct pe_schema_type security_domain_cat_tp_parameters =
    {NULL, PE_SCHEMA_SEQUENCE, FIELDS(security_domain_cat_tp_parameters_fields)};

static const struct pe_schema_field security_domain_fields[] = {
    {"sd-Header", CC(0), &pe_schema_header, REQUIRED},
    {"instance", CC(1), &application_instance, REQUIRED},
    {"keyList", CC(2), &security_domain_key_list, OPTIONAL},
    {"sdPersoData", CC(3), &security_domain_sd_perso_data, OPTIONAL},
    {"openPersoData", CC(4), &security_domain_open_perso_data, OPTIONAL},
    {"catTpParameters", CC(5), &security_domain_cat_tp_parameters, OPTIONAL},
};
static const struct pe_schema_type security_domain =
    {"PE-SecurityDomain", PE_SCHEMA_SEQUENCE, FIELDS(security_domain_fields)};

static const struct pe_schema_type rfm_tar_list =
    {NULL, PE_SCHEMA_SEQUENCE_OF, 1, UNLIMITED, .element = &octets_3};

static const struct pe_schema_field adfrfm_access_fields[] = {
    {"adfAID", CP(0), &application_identifier, REQUIRED},
    {"adfAccessDomain", CP(1), &octets, REQUIRED},
    {"adfAdminAccessDomain", CP(2), &octets, REQUIRED},
};
static const struct pe_schema_type adfrfm_access =
    {"ADFRFMAccess", PE_SCHEMA_SEQUENCE, FIELDS(adfrfm_access_fields)};

static const struct pe_schema_field rfm_fields[] = {
    {"rfm-header", CC(0), &pe_schema_header, REQUIRED},
    {"instanceAID", AP(15), &application_identifier, REQUIRED},
    {"securityDomainAID", AP(15), &application_identifier, OPTIONAL},
    {"tarList", CC(0), &rfm_tar_list, OPTIONAL},
    {"minimumSecurityLevel", CP(1), &octets_1, REQUIRED},
    {"uiccAccessDomain", DER_OCTET_STRING, &octets, REQUIRED},
    {"uiccAdminAccessDomain", DER_OCTET_STRING, &octets, REQUIRED},
    {"adfRFMAccess", DER_SEQUENCE, &adfrfm_access, OPTIONAL},
};
static const struct pe_schema_type rfm = {"PE-RFM", PE_SCHEMA_SEQUENCE, FIELDS(rfm_fields)};

static const struct pe_schema_field application_load_package_fields[] = {
    {"loadPackageAID", AP(15), &application_identifier, REQUIRED},
    {"securityDomainAID", AP(15), &application_identifier, OPTIONAL},
    {"nonVolatileCodeLimitC6", PP(6), &octets, OPTIONAL},
    {"volatileDataLimitC7", PP(7), &octets, OPTIONAL},
    {"nonVolatileDataLimitC8", PP(8), &octets, OPTIONAL},
    {"hashValue", PP(1), &octets, OPTIONAL},
    {"loadBlockObject", PP(4), &octets, REQUIRED},
};
static const struct pe_schema_type application_load_package =
    {"ApplicationLoadPackage", PE_SCHEMA_SEQUENCE, FIELDS(application_load_package_fields)};

static const struct pe_schema_type application_instance_list =
    {NULL, PE_SCHEMA_SEQUENCE_OF, 1, UNLIMITED, .element = &application_instance};

static const struct pe_schema_field application_fields[] = {
    {"app-Header", CC(0), &pe_schema_header, REQUIRED},
    {"loadBlock", CC(1), &application_load_package, OPTIONAL},
    {"instanceList", CC(2), &application_instance_list, OPTIONAL},
};
static const struct pe_schema_type application =
    {"PE-Application", PE_SCHEMA_SEQUENCE, FIELDS(application_fields)};

static const struct pe_schema_field nonstandard_fields[] = {
    {"nonStandard-header", CC(0), &pe_schema_header, REQUIRED},
    {"issuerID", CP(1), &oid, REQUIRED},
    {"content", CP(2), &octets, REQUIRED},
};
static const struct pe_schema_type nonstandard =
    {"PE-NonStandard", PE_SCHEMA_SEQUENCE, FIELDS(nonstandard_fields)};

static const struct pe_schema_field end_fields[] = {
    {"end-header", CC(0), &pe_schema_header, REQUIRED},
};
static const struct pe_schema_type end = {"PE-End", PE_SCHEMA_SEQUENCE, FIELDS(end_fields)};

static const struct pe_schema_type dummy = {"PE-Dummy", PE_SCHEMA_SEQUENCE};

static const struct pe_schema_field profile_element_fields[] = {
    {"header", CC(0), &profile_header},
    {"genericFileManagement", CC(1), &generic_file_management},
    {"pinCodes", CC(2), &pin_codes},
    {"pukCodes", CC(3), &puk_codes},
    {"akaParameter", CC(4), &aka_parameter},
    {"cdmaParameter", CC(5), &cdma_parameter},
    {"securityDomain", CC(6), &security_domain},
    {"rfm", CC(7), &rfm},
    {"application", CC(8), &application},
    {"nonStandard", CC(9), &nonstandard},
    {"end", CC(10), &end},
    {"rfu1", CC(11), &dummy},
    {"rfu2", CC(12), &dummy},
    {"rfu3", CC(13), &dummy},
    {"rfu4", CC(14), &dummy},
    {"rfu5", CC(15), &dummy},
    {"mf", CC(16), &pe_schema_mf},
    {"cd", CC(17), &pe_schema_cd},
    {"telecom", CC(18), &pe_schema_telecom},
    {"usim", CC(19), &pe_schema_usim},
    {"opt-usim", CC(20), &pe_schema_opt_usim},
    {"isim", CC(21), &pe_schema_isim},
    {"opt-isim", CC(22), &pe_schema_opt_isim},
    {"phonebook", CC(23), &pe_schema_phonebook},
    {"gsm-access", CC(24), &pe_schema_gsm_access},
    {"csim", CC(25), &pe_schema_csim},
    {"opt-csim", CC(26), &pe_schema_opt_csim},
    {"eap", CC(27), &pe_schema_eap},
    {"df-5gs", CC(28), &pe_schema_df_5gs},
    {"df-saip", CC(29), &pe_schema_df_saip},
    {"df-snpn", CC(30), &pe_schema_df_snpn},
    {"df-5gprose", CC(31), &pe_schema_df_5gprose},
    {"iot", CC(32), &pe_schema_iot},
    {"opt-iot", CC(33), &pe_schema_opt_iot},
};
const struct pe_schema_type pe_schema_profile_element =
    {"ProfileElement", PE_SCHEMA_CHOICE, FIELDS(profile_element_fields)};

static const struct pe_schema_name uicc_capability_names[] = {
    {0, "contactlessSupport"},
    {1, "usimSupport"},
    {2, "isimSupport"},
    {3, "csimSupport"},
    {4, "akaMilenage"},
    {5, "akaCave"},
    {6, "akaTuak128"},
    {7, "akaTuak256"},
    {8, "usimTestAlgorithm"},
    {9, "rfu2"},
    {10, "gbaAuthenUsim"},
    {11, "gbaAuthenISim"},
    {12, "mbmsAuthenUsim"},
    {13, "eapClient"},
    {14, "javacard"},
    {15, "multos"},
    {16, "multipleUsimSupport"},
    {17, "multipleIsimSupport"},
    {18, "multipleCsimSupport"},
    {19, "berTlvFileSupport"},
    {20, "dfLinkSupport"},
    {21, "catTp"},
    {22, "getIdentity"},
    {23, "profile-a-x25519"},
    {24, "profile-b-p256"},
    {25, "suciCalculatorApi"},
    {26, "dns-resolution"},
    {27, "scp11ac"},
    {28, "scp11c-authorization-mechanism"},
    {29, "s16mode"},
    {30, "eaka"},
    {31, "iotminimal"},
};
const struct pe_schema_type pe_schema_uicc_capability =
    {"UICCCapability", PE_SCHEMA_BIT_STRING, 0, 32, NAMES(uicc_capability_names)};

static const struct pe_schema_name pe_status_status_names[] = {
    {0, "ok"},
    {1, "pe-not-supported"},
    {2, "memory-failure"},
    {3, "bad-values"},
    {4, "not-enough-memory"},
    {5, "invalid-request-format"},
    {6, "invalid-parameter"},
    {7, "runtime-not-supported"},
    {8, "lib-not-supported"},
    {9, "template-not-supported"},
    {10, "feature-not-supported"},
    {11, "pin-code-missing"},
    {31, "unsupported-profile-version"},
};
static const struct pe_schema_type pe_status_status =
    {NULL, PE_SCHEMA_INTEGER, 0, 65535, NAMES(pe_status_status_names)};

static const struct pe_schema_field pe_status_fields[] = {
    {"status", CP(0), &pe_status_status, REQUIRED},
    {"identification", CP(1), &integer_u15, OPTIONAL},
    {"additional-information", CP(2), &integer_u8, OPTIONAL},
    {"offset", CP(3), &integer_u31, OPTIONAL},
};
static const struct pe_schema_type pe_status =
    {"PEStatus", PE_SCHEMA_SEQUENCE, FIELDS(pe_status_fields)};

static const struct pe_schema_type euicc_response_pe_status =
    {NULL, PE_SCHEMA_SEQUENCE_OF, 0, UNLIMITED, .element = &pe_status};

static const struct pe_schema_field euicc_response_fields[] = {
    {"peStatus", CC(0), &euicc_response_pe_status, REQUIRED},
    {"profileInstallationAborted", CP(1), &null, OPTIONAL},
    {"statusMessage", CP(2), &utf8_2_64, OPTIONAL},
};
const struct pe_schema_type pe_schema_euicc_response =
    {"EUICCResponse", PE_SCHEMA_SEQUENCE, FIELDS(euicc_response_fields)};

/* clang-format on */
