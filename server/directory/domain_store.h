// All SQL about domains.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "server/storage/tx.h"

namespace hearth {

// A verified domain of a directory: one row of hearth.domains. Domains are lower case everywhere here.
struct Domain {
  std::string directory;
  std::string domain;
  bool primary = false;
  absl::Time create_time;
  absl::Time update_time;
  absl::Time delete_time = absl::InfinitePast();  // InfinitePast: live.
  bool restorable = false;                        // Deleted, and less than 30 days ago.
  int64_t revision = 0;

  bool deleted() const { return delete_time != absl::InfinitePast(); }
};

// The id of the directory whose live domain this is; nullopt when nobody's.
std::optional<std::string> FindDirectoryOfDomain(Tx& tx, const std::string& domain);

// The domain of this directory, live or deleted; nullopt when the directory has no such domain.
std::optional<Domain> FindDomain(Tx& tx, std::string_view directory, std::string_view domain);
// Locks the domain's row until the transaction ends; false when the directory has no such domain.
bool LockDomain(Tx& tx, std::string_view directory, std::string_view domain);
// Whether it is a live domain of the directory. True keeps it one until the transaction ends, for a principal name that will end in it.
bool HoldDomain(Tx& tx, std::string_view directory, const std::string& domain);
// One page of domains by name, after `after`.
std::vector<Domain> ListDomains(Tx& tx, std::string_view directory, const std::string& after, int limit,
                                bool show_deleted);

// Inserts the domain; false when any directory has it, be it deleted.
bool InsertDomain(Tx& tx, std::string_view directory, const std::string& domain, bool primary);
// Makes a live domain the primary one in place of the one that was.
void MakePrimary(Tx& tx, std::string_view directory, std::string_view domain);
// Whether the principal name of any live person homed in the directory ends in the domain.
bool DomainInUse(Tx& tx, std::string_view directory, std::string_view domain);
void MarkDomainDeleted(Tx& tx, std::string_view directory, std::string_view domain);
void RestoreDomain(Tx& tx, std::string_view directory, std::string_view domain);

// Removes domains whose 30 days are over, of the directories that the transaction serves; returns how many. Anybody can have them then.
int PurgeDomains(Tx& tx);

}  // namespace hearth
