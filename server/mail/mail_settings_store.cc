#include "server/mail/mail_settings_store.h"

namespace hearth {
namespace {

constexpr Statement kFind{
    "mail_settings_find",
    "SELECT sender_name, color, support_uri, language, time_zone, hearth.micros(update_time), revision"
    " FROM hearth.mail_settings WHERE directory_id = $1"};
constexpr Statement kSave{
    "mail_settings_save",
    "INSERT INTO hearth.mail_settings (directory_id, sender_name, color, support_uri, language, time_zone)"
    " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (directory_id) DO UPDATE SET sender_name = $2, color = $3,"
    " support_uri = $4, language = $5, time_zone = $6, update_time = now(), revision = hearth.mail_settings.revision + "
    "1"};
constexpr Statement kDirectory{
    "mail_settings_directory",
    "SELECT display_name, help_uri FROM hearth.directories WHERE directory_id = $1 AND NOT purged"};

std::string Or(const std::string& text, const std::string& fallback) { return text.empty() ? fallback : text; }

}  // namespace

MailSettings FindMailSettings(Tx& tx, std::string_view directory) {
  const MailBrand defaults;
  MailSettings settings;
  settings.color = defaults.color;
  settings.language = defaults.language;
  settings.time_zone = defaults.time_zone;
  const pqxx::result rows = tx.Exec(kFind, std::string(directory));
  if (rows.empty()) return settings;
  settings.sender_name = rows[0][0].c_str();
  settings.color = rows[0][1].c_str();
  settings.support_uri = rows[0][2].c_str();
  settings.language = rows[0][3].c_str();
  settings.time_zone = rows[0][4].c_str();
  settings.update_time = ToTime(rows[0][5]);
  settings.revision = rows[0][6].as<int64_t>();
  return settings;
}

void SaveMailSettings(Tx& tx, std::string_view directory, const MailSettings& settings) {
  const MailBrand defaults;
  tx.Exec(kSave, std::string(directory), settings.sender_name, Or(settings.color, defaults.color), settings.support_uri,
          Or(settings.language, defaults.language), Or(settings.time_zone, defaults.time_zone));
}

std::optional<MailBrand> FindMailBrand(Tx& tx, std::string_view directory) {
  const pqxx::result rows = tx.Exec(kDirectory, std::string(directory));
  if (rows.empty()) return std::nullopt;
  const MailSettings settings = FindMailSettings(tx, directory);
  MailBrand brand;
  brand.directory_name = rows[0][0].c_str();
  brand.sender_name = settings.sender_name;
  brand.color = settings.color;
  brand.support_uri = Or(settings.support_uri, rows[0][1].c_str());
  brand.language = settings.language;
  brand.time_zone = settings.time_zone;
  return brand;
}

}  // namespace hearth
