// All SQL about directories themselves.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "server/storage/tx.h"

namespace hearth {

// An organisation: one row of hearth.directories, and its primary domain.
struct Directory {
  std::string id;
  std::string display_name;
  std::string help_uri;
  std::string contact;
  std::string primary_domain;
  absl::Time create_time;
  absl::Time update_time;
  absl::Time delete_time = absl::InfinitePast();   // InfinitePast: live.
  bool restorable = false;                         // Deleted, and less than 30 days ago.
  absl::Time suspend_time = absl::InfinitePast();  // InfinitePast: not suspended.
  int64_t revision = 0;

  bool deleted() const { return delete_time != absl::InfinitePast(); }
  bool suspended() const { return suspend_time != absl::InfinitePast(); }
  // Whether its people and services can do anything.
  bool live() const { return !deleted() && !suspended(); }
};

// The directory, live or deleted; nullopt when there is none or it was purged.
std::optional<Directory> FindDirectory(Tx& tx, std::string_view id);
// Locks the directory's row until the transaction ends; false when there is none.
bool LockDirectory(Tx& tx, std::string_view id);
// One page of directories by id, after `after`.
std::vector<Directory> ListDirectories(Tx& tx, const std::string& after, int limit, bool show_deleted);

// Inserts the directory; false when the id is taken, be it by one that was purged.
bool InsertDirectory(Tx& tx, const Directory& directory);
// Writes display name, help and contact, and counts the revision.
void UpdateDirectory(Tx& tx, const Directory& directory);
void MarkDirectoryDeleted(Tx& tx, std::string_view id);
void RestoreDirectory(Tx& tx, std::string_view id);
void SetDirectorySuspended(Tx& tx, std::string_view id, bool suspended);

// For the sweep: the ids of all directories that were not purged.
std::vector<std::string> AllDirectoryIds(Tx& tx);
// Empties a directory whose 30 days are over: people with roles and passwords, units, groups, custom roles, domains, issuers, service accounts,
// idempotency records, mails, and what resets left behind. Its
// audit stays, and its id is never given out again. False, and nothing happens, when it is live or its time is not over. The transaction
// serves it.
bool PurgeDirectory(Tx& tx, std::string_view id);

}  // namespace hearth
