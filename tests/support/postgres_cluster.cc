#include "tests/support/postgres_cluster.h"

#include <stdlib.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "server/storage/migrator.h"
#include "server/storage/pqxx_compat.h"

namespace hearth::test {
namespace {

[[noreturn]] void Die(const std::string& why) {
  std::fprintf(stderr, "postgres_cluster: %s\n", why.c_str());
  std::exit(1);
}

// Where databases come and go fast: in memory, if there is room. Each test makes one and drops it, which is hundreds of files.
const char* Place() {
  constexpr uint64_t kRoom = uint64_t{4} << 30;
  struct statvfs memory;
  const bool room = statvfs("/dev/shm", &memory) == 0 && uint64_t{memory.f_bavail} * memory.f_frsize >= kRoom;
  return room ? "/dev/shm" : "/tmp";
}

std::string MakeDirectory() {
  std::string path = absl::StrCat(Place(), "/hearth-test-XXXXXX");
  if (mkdtemp(path.data()) == nullptr) Die(absl::StrCat("no directory can be made in ", Place()));
  return path;
}

// Starts the cluster; the script watches this process and stops it afterwards.
void Start(const std::string& directory) {
  const char* source = std::getenv("HEARTH_SOURCE_DIR");
  const std::string script = absl::StrCat(source != nullptr ? source : ".", "/tests/support/postgres");
  const std::string command =
      absl::StrCat("'", script, "' start '", directory, "' --until-exit-of ", getpid(), " >/dev/null");
  const int status = std::system(command.c_str());
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) Die(script + " failed (is HEARTH_SOURCE_DIR the checkout?)");
}

void ExecAsSuperuser(const std::string& conninfo, const std::string& sql) {
  pqxx::connection connection(conninfo);
  pqxx::nontransaction(connection).exec(sql);
}

}  // namespace

PostgresCluster& PostgresCluster::Get() {
  static auto* const cluster = new PostgresCluster;  // Outlives every test.
  return *cluster;
}

PostgresCluster::PostgresCluster() : directory_(MakeDirectory()) {
  Start(directory_);
  for (const std::string role : {kOwnerRole, kAppRole}) {
    ExecAsSuperuser(SuperuserConninfo("postgres"), absl::StrCat("CREATE ROLE ", role, " LOGIN"));
  }
}

std::string PostgresCluster::Conninfo(const std::string& database, const std::string& role) const {
  return absl::StrCat("host=", directory_, " port=5432 user=", role, " dbname=", database);
}

void PostgresCluster::EnsureTemplate(const std::string& name, absl::FunctionRef<void(const std::string&)> fill) {
  static absl::Mutex mutex;
  static auto* const made = new std::set<std::string>;
  absl::MutexLock lock(&mutex);
  if (!made->insert(name).second) return;
  ExecAsSuperuser(SuperuserConninfo("postgres"), absl::StrCat("CREATE DATABASE ", name, " OWNER ", kOwnerRole));
  const absl::Status status = Migrate(Conninfo(name, kOwnerRole), kAppRole, [](const Migration&) {});
  if (!status.ok()) Die(status.ToString());
  fill(SuperuserConninfo(name));
}

std::string PostgresCluster::CreateDatabase(const std::string& from_template) {
  static std::atomic<int> count = 0;
  const std::string name = absl::StrCat("test_", ++count);
  ExecAsSuperuser(SuperuserConninfo("postgres"),
                  absl::StrCat("CREATE DATABASE ", name, " OWNER ", kOwnerRole, " TEMPLATE ", from_template));
  return name;
}

void PostgresCluster::DropDatabase(const std::string& name) {
  ExecAsSuperuser(SuperuserConninfo("postgres"), absl::StrCat("DROP DATABASE IF EXISTS ", name, " WITH (FORCE)"));
}

}  // namespace hearth::test
