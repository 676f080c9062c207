#include "server/app/machine.h"

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <functional>
#include <limits>
#include <optional>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace hearth {
namespace {

constexpr char kGroups[] = "/sys/fs/cgroup";

// The first line of a file; empty when there is none.
std::string FirstLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

// A number in a file; nullopt: none, or "max" and what else means without limit.
std::optional<int64_t> Number(const std::string& text) {
  int64_t number = 0;
  if (!absl::SimpleAtoi(text, &number) || number <= 0) return std::nullopt;
  return number;
}

void Lower(int64_t& limit, std::optional<int64_t> other) {
  if (other.has_value()) limit = std::min(limit, *other);
}

// Whole processors of a quota of time in each period.
std::optional<int64_t> WholeOf(std::optional<int64_t> quota, std::optional<int64_t> period) {
  if (!quota.has_value() || !period.has_value()) return std::nullopt;
  return std::max<int64_t>(1, *quota / *period);
}

// Calls `visit` with the folder of a group and of each above it, up to where the groups are mounted. A container may not see its own.
void EachUp(const std::string& mount, std::string group, const std::function<void(const std::string&)>& visit) {
  while (!group.empty() && group != "/") {
    visit(mount + group);
    group.resize(group.rfind('/'));
  }
  visit(mount);
}

struct Limits {
  int64_t bytes = std::numeric_limits<int64_t>::max();
  int64_t processors = std::numeric_limits<int64_t>::max();
};

void ReadUnified(const std::string& folder, Limits& limits) {
  Lower(limits.bytes, Number(FirstLine(folder + "/memory.max")));
  const std::vector<std::string> cpu = absl::StrSplit(FirstLine(folder + "/cpu.max"), ' ');
  if (cpu.size() == 2) Lower(limits.processors, WholeOf(Number(cpu[0]), Number(cpu[1])));
}

// Version 1: controllers are mounted apart, and those of processors under either name.
void ReadController(const std::string& mounts, const std::string& controller, const std::string& group,
                    Limits& limits) {
  if (controller == "memory") {
    EachUp(mounts + "/memory", group, [&limits](const std::string& folder) {
      Lower(limits.bytes, Number(FirstLine(folder + "/memory.limit_in_bytes")));
    });
  }
  if (controller != "cpu") return;
  for (const char* mount : {"/cpu", "/cpu,cpuacct"}) {
    EachUp(mounts + mount, group, [&limits](const std::string& folder) {
      Lower(limits.processors,
            WholeOf(Number(FirstLine(folder + "/cpu.cfs_quota_us")), Number(FirstLine(folder + "/cpu.cfs_period_us"))));
    });
  }
}

// Lines of /proc/self/cgroup: number, controllers (none: version 2), group.
Limits LimitsOfGroups(const std::string& root) {
  Limits limits;
  std::ifstream groups(root + "/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const std::vector<std::string> parts = absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (parts.size() != 3 || !absl::StartsWith(parts[2], "/")) continue;
    if (parts[1].empty()) {
      // Beside version 1, version 2 is mounted a folder deeper.
      for (const char* mount : {"", "/unified"}) {
        EachUp(absl::StrCat(root, kGroups, mount), parts[2],
               [&limits](const std::string& folder) { ReadUnified(folder, limits); });
      }
    }
    for (const std::string& controller : std::vector<std::string>(absl::StrSplit(parts[1], ','))) {
      ReadController(absl::StrCat(root, kGroups), controller, parts[2], limits);
    }
  }
  return limits;
}

}  // namespace

MachineShare ShareOfMachine(const std::string& root) {
  const Limits limits = LimitsOfGroups(root);
  const int64_t kib = int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE) / 1024;
  const int64_t processors = std::max<int64_t>(1, std::thread::hardware_concurrency());
  return {.memory_kib = std::min(kib, limits.bytes / 1024),
          .processors = static_cast<int>(std::min(processors, limits.processors))};
}

}  // namespace hearth
