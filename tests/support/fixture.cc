#include "tests/support/fixture.h"

#include <stdlib.h>

#include <latch>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/descriptor.h"
#include "hearth/v1/directory_service.pb.h"
#include "server/authz/access_store.h"
#include "server/authz/permissions.h"
#include "server/base/ids.h"
#include "server/directory/user_store.h"
#include "server/storage/tx.h"
#include "tests/support/postgres_cluster.h"
#include "tests/support/world.h"

namespace hearth::test {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);
constexpr char kTemplate[] = "world";

std::string NewWorld() {
  PostgresCluster::Get().EnsureTemplate(kTemplate, FillWorld);
  return PostgresCluster::Get().CreateDatabase(kTemplate);
}

const std::string& KeyringPath() {
  static const auto* const path = [] {
    std::string folder = "/tmp/hearth-keys-XXXXXX";
    if (mkdtemp(folder.data()) == nullptr) std::abort();
    auto* file = new std::string(folder + "/keyring");
    if (!Keyring::Generate(*file).ok()) std::abort();
    std::atexit([] {
      unlink(KeyringPath().c_str());
      rmdir(KeyringPath().substr(0, KeyringPath().rfind('/')).c_str());
    });
    return file;
  }();
  return *path;
}

const Keyring& TestKeyring() {
  static const auto* const keyring = new Keyring(Keyring::Load(KeyringPath()).value());
  return *keyring;
}

// The method that takes requests of this type.
const google::protobuf::MethodDescriptor* MethodOf(const google::protobuf::Message& request) {
  const auto* file = request.GetDescriptor()->file();
  for (int s = 0; s < file->service_count(); ++s) {
    for (int m = 0; m < file->service(s)->method_count(); ++m) {
      const auto* method = file->service(s)->method(m);
      if (method->input_type() == request.GetDescriptor()) return method;
    }
  }
  std::abort();
}

Rows ToRows(const pqxx::result& result) {
  Rows rows;
  for (const auto& row : result) {
    auto& fields = rows.emplace_back();
    for (const auto& field : row) fields.emplace_back(field.c_str());
  }
  return rows;
}

}  // namespace

std::string DomainOf(const std::string& directory) {
  return directory == kPlatform ? "platform.example" : directory + ".com";
}

std::string IssuerOf(const std::string& directory) { return "https://issuer." + DomainOf(directory); }

std::string OtherOf(const std::string& directory) {
  if (directory == kForth) return kContoso;
  return directory == kContoso ? kForth : "";
}

std::string AdminId(v1::Role role) { return absl::StrReplaceAll(RoleId(role), {{"_", "-"}}); }

const std::vector<v1::Role>& DirectoryRoles() {
  static const auto* const roles = [] {
    auto* all = new std::vector<v1::Role>;
    for (int number = v1::Role_MIN; number <= v1::Role_MAX; ++number) {
      if (!v1::Role_IsValid(number) || number == v1::ROLE_UNSPECIFIED || number == v1::ROLE_PLATFORM_OPERATOR) continue;
      all->push_back(static_cast<v1::Role>(number));
    }
    return all;
  }();
  return *roles;
}

std::vector<v1::Role> RolesOf(const User& user) {
  std::vector<v1::Role> roles;
  for (const HeldRole& role : user.roles) {
    if (role.unit.empty()) roles.push_back(role.role);
  }
  return roles;
}

void RunTogether(const std::vector<std::function<void()>>& functions) {
  std::latch ready(static_cast<std::ptrdiff_t>(functions.size()));
  std::vector<std::thread> threads;
  for (const auto& function : functions) {
    threads.emplace_back([&] {
      ready.arrive_and_wait();
      function();
    });
  }
  for (std::thread& thread : threads) thread.join();
}

Fixture::Fixture()
    : name_(NewWorld()),
      keyring_(TestKeyring()),
      pager_(keyring_),
      database_(std::make_unique<Database>(DatabaseOptions{.conninfo = app_conninfo(), .connections = 8})) {}

Fixture::~Fixture() {
  database_.reset();
  superuser_.reset();
  PostgresCluster::Get().DropDatabase(name_);
}

std::string Fixture::app_conninfo() const { return PostgresCluster::Get().Conninfo(name_, kAppRole); }
std::string Fixture::owner_conninfo() const { return PostgresCluster::Get().Conninfo(name_, kOwnerRole); }
const std::string& Fixture::keyring_path() const { return KeyringPath(); }

const Call& Fixture::By(const Principal& actor, const google::protobuf::Message& request) {
  const auto* method = MethodOf(request);
  const absl::Time deadline = absl::Now() + kPatience;
  std::optional<CallerRow> caller;
  const absl::Status status = database().ReadAlone(deadline, [&](Tx& tx) {
    caller = ReadCallers(tx, {{actor.directory, IssuerOf(actor.directory), actor.subject}})[0];
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok() && caller.has_value()) << actor.directory << "/" << actor.subject << " " << status;
  absl::MutexLock lock(&mutex_);
  OwnedCall& owned = calls_.emplace_back();
  owned.call = {.principal = actor,
                .access = caller.has_value() ? caller->access : Access{},
                .policy = &method->options().GetExtension(v1::policy),
                .rpc = absl::StrCat(method->service()->name(), "/", method->name()),
                .id = NewUuid4(),
                .peer = "unix:",
                .trace_id = "",
                .deadline = deadline,
                .note = &owned.note};
  return owned.call;
}

User Fixture::Person(const std::string& directory, const std::string& user) {
  std::optional<User> person;
  const absl::Status status = database().Read({directory}, absl::Now() + kPatience, [&](Tx& tx) {
    person = FindUser(tx, directory, user);
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok() && person.has_value()) << directory << "/" << user << " " << status;
  return person.value_or(User{});
}

void Fixture::Assign(const std::string& directory, const std::string& user, v1::Role role, const std::string& unit) {
  Sql(absl::StrCat("INSERT INTO hearth.role_assignments (directory_id, user_id, role, unit_id) VALUES ('", directory,
                   "', '", user, "', '", RoleId(role), "', '", unit, "') ON CONFLICT DO NOTHING"));
}

void Fixture::MakeGroup(const std::string& directory, const std::string& group, const std::vector<std::string>& members,
                        const std::vector<std::string>& roles) {
  Sql(absl::StrCat("INSERT INTO hearth.groups (directory_id, group_id, display_name, role_assignable) VALUES ('",
                   directory, "', '", group, "', '", group, "', true) ON CONFLICT DO NOTHING"));
  for (const std::string& member : members) {
    Sql(absl::StrCat("INSERT INTO hearth.group_members (directory_id, group_id, user_id, relation) VALUES ('",
                     directory, "', '", group, "', '", member, "', 1)"));
  }
  for (const std::string& role : roles) {
    Sql(absl::StrCat("INSERT INTO hearth.group_role_assignments (directory_id, group_id, role) VALUES ('", directory,
                     "', '", group, "', '", role, "')"));
  }
}

void Fixture::MakeUnit(const std::string& directory, const std::string& unit, bool restricted,
                       const std::vector<std::string>& members) {
  Sql(absl::StrCat(
      "INSERT INTO hearth.administrative_units (directory_id, unit_id, display_name, restricted) VALUES ('", directory,
      "', '", unit, "', '", unit, "', ", restricted ? "true" : "false", ") ON CONFLICT DO NOTHING"));
  for (const std::string& member : members) {
    Sql(absl::StrCat("INSERT INTO hearth.administrative_unit_members (directory_id, unit_id, user_id) VALUES ('",
                     directory, "', '", unit, "', '", member, "')"));
  }
}

void Fixture::Unassign(const std::string& directory, const std::string& user, v1::Role role) {
  Sql(absl::StrCat("DELETE FROM hearth.role_assignments WHERE directory_id = '", directory, "' AND user_id = '", user,
                   "' AND role = '", RoleId(role), "'"));
}

void Fixture::GivePassword(const std::string& directory, const std::string& user) {
  Sql(
      absl::StrCat("INSERT INTO hearth.credentials (directory_id, user_id, home_directory_id, version, phc, "
                   "pepper_key_id, must_change)"
                   " VALUES ('",
                   directory, "', '", user, "', '", directory, "', 1, '$argon2id$none', 'k1', false)"));
}

std::vector<AuditRow> Fixture::Audit(const std::string& directory) {
  std::vector<AuditRow> audit;
  for (const auto& row : Sql(absl::StrCat("SELECT action, verdict, reason, actor_directory || '/' || actor, target FROM"
                                          " hearth.audit WHERE directory_id = '",
                                          directory, "' ORDER BY create_time"))) {
    audit.push_back({row[0], row[1], row[2], row[3], row[4]});
  }
  return audit;
}

Rows Fixture::Sql(const std::string& sql) {
  absl::MutexLock lock(&mutex_);
  try {
    if (superuser_ == nullptr) {
      superuser_ = std::make_unique<pqxx::connection>(PostgresCluster::Get().SuperuserConninfo(name_));
    }
    return ToRows(pqxx::nontransaction(*superuser_).exec(sql));
  } catch (const std::exception& exception) {
    ADD_FAILURE() << sql << ": " << exception.what();
    return {};
  }
}

absl::StatusOr<Rows> Fixture::SqlAsApp(const Scope* scope, const std::string& sql) {
  try {
    pqxx::connection connection(app_conninfo());
    pqxx::work tx(connection);
    if (scope != nullptr) tx.exec("SELECT set_config('hearth.directories', " + tx.quote(TextArray(*scope)) + ", true)");
    Rows rows = ToRows(tx.exec(sql));
    tx.commit();
    return rows;
  } catch (const pqxx::insufficient_privilege& error) {
    return absl::InternalError(absl::StrCat("42501 ", error.what()));  // libpqxx 6 does not give this state.
  } catch (const pqxx::sql_error& error) {
    return absl::InternalError(absl::StrCat(error.sqlstate(), " ", error.what()));
  }
}

}  // namespace hearth::test
