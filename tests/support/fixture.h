// The world that storage, rpc and home-rule tests play in.
//
// Every test gets a fresh PostgreSQL database (some 30 ms) with the platform and two organisations that share
// people:
//
//   directory id   domains                                issuer (id "primary")             helps at
//   forthcoffee    forthcoffee.com (primary), .net        https://issuer.forthcoffee.com
//   https://help.forthcoffee.com contoso        contoso.com (primary), contoso.net https://issuer.contoso.com
//   https://help.contoso.com platform       platform.example (primary) https://issuer.platform.example
//
// Forth Coffee and Contoso list the same people, each with the other as elsewhere. `here` is the directory's
// own primary domain, `there` the other's:
//
//   user id                 principal name       user type  home             roles
//   user1, user2            user1@here …         MEMBER     here             none
//   contractor              contractor@here      GUEST      here             none
//   partner-at-home         partner@here         MEMBER     here             none
//   partner                 partner@there        MEMBER     the other        none; the same human as the other's partner-at-home
//   visitor                 user1@there          GUEST      the other        none; the same human as the other's user1
//   pending                 pending@there        GUEST      the other        none; has not accepted; home has no such person
//   external                external@example.org GUEST      kExternalIssuer  none
//   disabled                disabled@here        MEMBER     here             none; disabled
//   deleted                 deleted@here         MEMBER     here             none; deleted a day ago
//   global-administrator …  the id@here          MEMBER     here             that one role; one person for
//   every role but Platform
//                                                                            Operator, see AdminId
//   north                   an administrative unit, not restricted, with nobody in it and no role on it
//   baristas                a role-assignable group, with nobody in it and no role
//   auditor                 a custom role with directory.read and users.read, which nobody holds
//   backend                 a service account with users.read, resets.perform, passwords.verify,
//   resets.request and passwords.check
//
// The platform has `operator` (Platform Operator) and `global-administrator`. Nobody has a password;
// GivePassword gives one.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "google/protobuf/message.h"
#include "gtest/gtest.h"
#include "hearth/v1/role.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/directory/page.h"
#include "server/directory/user.h"
#include "server/storage/database.h"
#include "server/storage/pqxx_compat.h"

namespace hearth::test {

inline constexpr char kForth[] = "forthcoffee";
inline constexpr char kContoso[] = "contoso";
inline constexpr char kPlatform[] = "platform";
inline constexpr char kExternalIssuer[] = "https://accounts.example.com";
inline constexpr char kAudience[] = "hearth";

// "forthcoffee.com": the primary domain of one of the three directories.
std::string DomainOf(const std::string& directory);
// "https://issuer.forthcoffee.com": the directory's registered issuer.
std::string IssuerOf(const std::string& directory);
// Forth Coffee for Contoso and the other way round.
std::string OtherOf(const std::string& directory);
// "helpdesk-administrator": the person who holds exactly this role in a directory.
std::string AdminId(v1::Role role);
// The roles that the person holds in the whole directory, in the order of their ids.
std::vector<v1::Role> RolesOf(const User& user);
// Every role but ROLE_UNSPECIFIED and ROLE_PLATFORM_OPERATOR.
const std::vector<v1::Role>& DirectoryRoles();

// The principals most tests need.
inline Principal ForthAdmin() { return {kForth, "global-administrator"}; }
inline Principal ContosoAdmin() { return {kContoso, "global-administrator"}; }
inline Principal Operator() { return {kPlatform, "operator"}; }
inline Principal Admin(const std::string& directory, v1::Role role) { return {directory, AdminId(role)}; }

// Rows as text; NULL is empty.
using Rows = std::vector<std::vector<std::string>>;

// One row of the audit, oldest first.
struct AuditRow {
  std::string action;   // "user.delete"
  std::string verdict;  // "allowed", "refused", "failed"
  std::string reason;   // Without prefix; empty when allowed.
  std::string actor;    // "forthcoffee/global-administrator"
  std::string target;
  bool operator==(const AuditRow&) const = default;
};

// Runs the functions at once, each in a thread of its own that waits for the others to be ready, and returns
// when all have ended.
void RunTogether(const std::vector<std::function<void()>>& functions);

// A test with the world above. All methods are thread-safe.
class Fixture : public testing::Test {
 protected:
  Fixture();
  ~Fixture() override;

  // The database as the server has it: under the application's role, with row-level security.
  Database& database() { return *database_; }
  const Keyring& keyring() const { return keyring_; }
  const Pager& pager() const { return pager_; }
  // For servers that connect themselves: as the application's role, as the schema's owner.
  std::string app_conninfo() const;
  std::string owner_conninfo() const;
  // The file that keyring() was loaded from.
  const std::string& keyring_path() const;

  // The call with which `actor` makes `request`: the method is the one that takes requests of that type, the
  // policy is the contract's, and the access is what the database says now, as at the gate (which is not
  // asked: permissions are not checked). Lives as long as the test; its deadline is 20 seconds from now. For
  // a desk: desk.DeleteUser(By(ForthAdmin(), request), request).
  const Call& By(const Principal& actor, const google::protobuf::Message& request);

  // The person as the directory lists them now, live or deleted. The test fails when there is none.
  User Person(const std::string& directory, const std::string& user);
  // Gives a role, takes a role, behind every desk's back; on a unit, or in the whole directory.
  void Assign(const std::string& directory, const std::string& user, v1::Role role, const std::string& unit = "");
  void Unassign(const std::string& directory, const std::string& user, v1::Role role);
  // Makes a role-assignable group of these members, which holds these roles ("helpdesk_administrator"), behind every desk's back.
  void MakeGroup(const std::string& directory, const std::string& group, const std::vector<std::string>& members,
                 const std::vector<std::string>& roles);
  // Makes a unit of these people, behind every desk's back.
  void MakeUnit(const std::string& directory, const std::string& unit, bool restricted,
                const std::vector<std::string>& members);
  // Gives a person homed here a password row whose hash fits no password.
  void GivePassword(const std::string& directory, const std::string& user);
  // What the audit of a directory says.
  std::vector<AuditRow> Audit(const std::string& directory);

  // Runs SQL as the superuser, for whom there is no row-level security. Fails the test when the SQL fails.
  Rows Sql(const std::string& sql);
  // Runs SQL as the application's role in a transaction that serves `scope`; with nullptr it states none. A
  // failure is the result, with the SQLSTATE first in its message; on success the transaction commits.
  absl::StatusOr<Rows> SqlAsApp(const Scope* scope, const std::string& sql);

 private:
  const std::string name_;  // Of the database.
  const Keyring& keyring_;
  const Pager pager_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<pqxx::connection> superuser_ ABSL_GUARDED_BY(mutex_);  // Opened when first used.

  struct OwnedCall {
    Call call;
    AuditNote note;
  };
  absl::Mutex mutex_;
  std::deque<OwnedCall> calls_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace hearth::test
