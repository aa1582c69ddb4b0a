/* The store's statements: one row each, prepared when first used and kept. ?1 of everything that
 * belongs to a profile is the profile's id; the columns of store_profile_columns.c follow. */
#ifndef EMUICC_FS_STORE_STORE_STATEMENT_TABLE_H
#define EMUICC_FS_STORE_STORE_STATEMENT_TABLE_H

/* clang-format off */
#define STORE_STATEMENT_TABLE(row) \
    row(STORE_BEGIN, "BEGIN IMMEDIATE") \
    row(STORE_COMMIT, "COMMIT") \
    row(STORE_ROLLBACK, "ROLLBACK") \
    row(STORE_ANYTHING, "SELECT 1 WHERE EXISTS (SELECT 1 FROM value)" \
        " OR EXISTS (SELECT 1 FROM profile) OR EXISTS (SELECT 1 FROM notification)") \
    \
    row(STORE_VALUE_PUT, "INSERT INTO value (name, value) VALUES (?1, ?2)" \
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value") \
    row(STORE_VALUE_GET, "SELECT value FROM value WHERE name = ?1") \
    row(STORE_VALUE_FORGET, "DELETE FROM value WHERE name = ?1") \
    row(STORE_VALUE_LIST, "SELECT name, value FROM value" \
        " WHERE name >= ?1 AND name < ?1 || char(1114111) ORDER BY name") /* the last there is */ \
    \
    row(STORE_PROFILE_ADD, "INSERT INTO profile (iccid, aid, state, size," \
        " nickname, metadata, configuration," \
        " header_iccid, major, minor, type, file_count)" \
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)") \
    row(STORE_PROFILE_STATE, "UPDATE profile SET state = ?2 WHERE id = ?1") \
    row(STORE_PROFILE_NICKNAME, "UPDATE profile SET nickname = ?2 WHERE id = ?1") \
    row(STORE_PROFILE_METADATA, "UPDATE profile SET metadata = ?2 WHERE id = ?1") \
    row(STORE_PROFILE_GROW, "UPDATE profile SET file_count = max(file_count, ?2) WHERE id = ?1") \
    row(STORE_PROFILE_DELETE, "DELETE FROM profile WHERE id = ?1") \
    row(STORE_PROFILE_LIST, "SELECT id, iccid, aid, state, size, nickname, metadata," \
        " configuration FROM profile ORDER BY id") \
    row(STORE_PROFILE_HEADER, "SELECT header_iccid, major, minor, type, file_count" \
        " FROM profile WHERE id = ?1") \
    row(STORE_USED, "SELECT (SELECT total(size) FROM profile) +" \
        " (SELECT total(length(value)) FROM domain WHERE kind = 5)") /* STORE_DOMAIN_CODE */ \
    \
    row(STORE_FILE_ADD, "INSERT INTO file (profile, id, fid, type, shareable, sfi, life_cycle," \
        " special, arr, arr_record, record_len, size, maximum, content_len, aid, pins," \
        " pin_status, proprietary, parent, target, content) VALUES" \
        " (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18," \
        " ?19, ?20, ?21)") \
    row(STORE_FILE_UPDATE, "UPDATE file SET fid = ?3, type = ?4, shareable = ?5, sfi = ?6," \
        " life_cycle = ?7, special = ?8, arr = ?9, arr_record = ?10, record_len = ?11," \
        " size = ?12, maximum = ?13, content_len = ?14, aid = ?15, pins = ?16," \
        " pin_status = ?17, proprietary = ?18, parent = ?19, target = ?20, content = ?21" \
        " WHERE profile = ?1 AND id = ?2") \
    row(STORE_FILE_OVER_IMAGE, "INSERT INTO file (profile, id, fid, type, shareable, sfi," \
        " life_cycle, special, arr, arr_record, record_len, size, maximum, content_len, aid," \
        " pins, pin_status, proprietary, parent, target, content) SELECT" \
        " ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18," \
        " ?19, ?20, ?21 FROM profile, image" \
        " WHERE profile.id = ?1 AND image.profile = ?1 AND ?2 <= profile.file_count") \
    row(STORE_FILE_CLEAR, "DELETE FROM file WHERE profile = ?1") \
    row(STORE_FILE_DELETE, "WITH RECURSIVE gone (id) AS (VALUES (?2) UNION" \
        " SELECT file.id FROM gone, file WHERE file.profile = ?1" \
        " AND (file.parent = gone.id OR file.target = gone.id))" \
        " DELETE FROM file WHERE profile = ?1 AND id IN gone") \
    row(STORE_FILE_LIST, "SELECT id, fid, type, shareable, sfi, life_cycle, special, arr," \
        " arr_record, record_len, size, maximum, content_len, aid, pins, pin_status," \
        " proprietary, parent, target, content FROM file WHERE profile = ?1 ORDER BY id") \
    \
    row(STORE_IMAGE_ADD, "INSERT INTO image (profile, whole) VALUES (?1, ?2)") \
    row(STORE_IMAGE_GET, "SELECT whole FROM image WHERE profile = ?1") \
    row(STORE_IMAGE_DELETE, "DELETE FROM image WHERE profile = ?1") \
    \
    row(STORE_PIN_ADD, "INSERT INTO pin (profile, position, directory, reference, value," \
        " max, left, attributes, puk) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)") \
    row(STORE_PIN_UPDATE, "UPDATE pin SET value = ?5, max = ?6, left = ?7, attributes = ?8," \
        " puk = ?9 WHERE profile = ?1 AND directory = ?3 AND reference = ?4") \
    row(STORE_PIN_LIST, "SELECT directory, reference, value, max, left, attributes, puk" \
        " FROM pin WHERE profile = ?1 ORDER BY position") \
    row(STORE_PUK_ADD, "INSERT INTO puk (profile, position, reference, value, max, left)" \
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6)") \
    row(STORE_PUK_UPDATE, "UPDATE puk SET value = ?4, max = ?5, left = ?6" \
        " WHERE profile = ?1 AND reference = ?3") \
    row(STORE_PUK_LIST, "SELECT reference, value, max, left" \
        " FROM puk WHERE profile = ?1 ORDER BY position") \
    row(STORE_AKA_ADD, "INSERT INTO aka (profile, position, adf, mapped, mapping_options," \
        " algorithm, options, key, opc, rotation, xoring, keccak, auth_counter_max," \
        " has_auth_counter_max, sqn_options, sqn_delta, sqn_age_limit, sqn) VALUES" \
        " (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)") \
    row(STORE_AKA_UPDATE, "UPDATE aka SET mapped = ?4, mapping_options = ?5, algorithm = ?6," \
        " options = ?7, key = ?8, opc = ?9, rotation = ?10, xoring = ?11, keccak = ?12," \
        " auth_counter_max = ?13, has_auth_counter_max = ?14, sqn_options = ?15," \
        " sqn_delta = ?16, sqn_age_limit = ?17, sqn = ?18 WHERE profile = ?1 AND adf = ?3") \
    row(STORE_AKA_LIST, "SELECT adf, mapped, mapping_options, algorithm, options, key, opc," \
        " rotation, xoring, keccak, auth_counter_max, has_auth_counter_max, sqn_options," \
        " sqn_delta, sqn_age_limit, sqn FROM aka WHERE profile = ?1 ORDER BY position") \
    row(STORE_ELEMENT_ADD, "INSERT INTO element (profile, position, tag, directory, whole)" \
        " VALUES (?1, ?2, ?3, ?4, ?5)") \
    row(STORE_ELEMENT_LIST, "SELECT tag, directory, whole" \
        " FROM element WHERE profile = ?1 ORDER BY position") \
    \
    row(STORE_DOMAIN_PUT, "INSERT INTO domain (profile, kind, name, value)" \
        " VALUES (?1, ?2, ?3, ?4)" \
        " ON CONFLICT (profile, kind, name) DO UPDATE SET value = excluded.value") \
    row(STORE_DOMAIN_FORGET, "DELETE FROM domain" \
        " WHERE profile = ?1 AND kind = ?2 AND name = ?3") \
    row(STORE_DOMAIN_LIST, "SELECT name, value FROM domain" \
        " WHERE profile = ?1 AND kind = ?2 ORDER BY name") \
    row(STORE_DOMAIN_ANYTHING, "SELECT 1 FROM domain WHERE profile = ?1 LIMIT 1") \
    \
    row(STORE_NOTIFICATION_ADD, "INSERT INTO notification" \
        " (sequence, operation, address, iccid, pending) VALUES (?1, ?2, ?3, ?4, ?5)") \
    row(STORE_NOTIFICATION_REMOVE, "DELETE FROM notification WHERE sequence = ?1") \
    row(STORE_NOTIFICATION_LIST, "SELECT sequence, operation, address, iccid, pending" \
        " FROM notification ORDER BY sequence")
/* clang-format on */

#define STORE_STATEMENT_ENUM(name, sql) name,
enum store_statement { STORE_STATEMENT_TABLE(STORE_STATEMENT_ENUM) STORE_STATEMENT_COUNT };
#undef STORE_STATEMENT_ENUM

#endif
