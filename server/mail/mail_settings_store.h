// All SQL about the settings of mails.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "server/mail/brand.h"
#include "server/storage/tx.h"

namespace hearth {

// What a directory has set; empty where it leaves the default.
struct MailSettings {
  std::string sender_name;
  std::string color;  // #rrggbb in lower case.
  std::string support_uri;
  std::string language;
  std::string time_zone;
  absl::Time update_time = absl::InfinitePast();  // InfinitePast: never changed.
  int64_t revision = 0;
};

// The settings of a directory, with the defaults where nothing was set: a directory without a row has them all.
MailSettings FindMailSettings(Tx& tx, std::string_view directory);
// Writes them and counts the revision; what is empty returns to its default. The directory's row is locked.
void SaveMailSettings(Tx& tx, std::string_view directory, const MailSettings& settings);
// How the directory's mails look: its settings, its name and its help address. nullopt when there is no such directory.
std::optional<MailBrand> FindMailBrand(Tx& tx, std::string_view directory);

}  // namespace hearth
