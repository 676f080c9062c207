// What control groups leave of the machine, read from folders that look like those of the kernel.
#include "server/app/machine.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

namespace hearth::test {
namespace {

namespace fs = std::filesystem;

class MachineTest : public testing::Test {
 protected:
  MachineTest() : root_(fs::temp_directory_path() / ("hearth-machine-" + std::to_string(getpid()))) {
    fs::remove_all(root_);
  }
  ~MachineTest() override { fs::remove_all(root_); }

  void Write(const std::string& path, const std::string& text) {
    const fs::path file = root_.string() + path;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text << '\n';
  }
  int64_t Memory() { return ShareOfMachine(root_.string()).memory_kib; }
  int Processors() { return ShareOfMachine(root_.string()).processors; }

  const fs::path root_;
  const MachineShare whole_ = ShareOfMachine("/no-such-folder");
};

TEST_F(MachineTest, WithoutGroupsTheMachineIsOurs) {
  EXPECT_GT(whole_.memory_kib, 1024);
  EXPECT_EQ(whole_.processors, static_cast<int>(std::thread::hardware_concurrency()));
}

TEST_F(MachineTest, TheTightestGroupOfVersion2Counts) {
  Write("/proc/self/cgroup", "0::/system.slice/hearthd.service");
  Write("/sys/fs/cgroup/system.slice/hearthd.service/memory.max", "max");
  Write("/sys/fs/cgroup/system.slice/hearthd.service/cpu.max", "max 100000");
  EXPECT_EQ(Memory(), whole_.memory_kib);
  EXPECT_EQ(Processors(), whole_.processors);
  Write("/sys/fs/cgroup/system.slice/memory.max", "2097152");
  Write("/sys/fs/cgroup/system.slice/cpu.max", "150000 100000");
  EXPECT_EQ(Memory(), 2048);
  EXPECT_EQ(Processors(), 1) << "one and a half";
  Write("/sys/fs/cgroup/system.slice/hearthd.service/memory.max", "1048576");
  EXPECT_EQ(Memory(), 1024);
}

// In a namespace of its own, a container's group is the root.
TEST_F(MachineTest, AContainersLimitsStandWhereTheGroupsAreMounted) {
  for (const char* group : {"0::/", "0::/../other", "0::/of/the/host"}) {
    Write("/proc/self/cgroup", group);
    Write("/sys/fs/cgroup/memory.max", "536870912");
    Write("/sys/fs/cgroup/cpu.max", "50000 100000");
    EXPECT_EQ(Memory(), 512 * 1024) << group;
    EXPECT_EQ(Processors(), 1) << "half a processor is one";
  }
}

TEST_F(MachineTest, GroupsOfVersion1Count) {
  Write("/proc/self/cgroup", "5:cpu,cpuacct:/docker/a\n4:memory:/docker/a\n1:name=systemd:/docker/a\n0::/docker/a");
  Write("/sys/fs/cgroup/memory/docker/a/memory.limit_in_bytes", "9223372036854771712");
  Write("/sys/fs/cgroup/cpu,cpuacct/docker/a/cpu.cfs_quota_us", "-1");
  Write("/sys/fs/cgroup/cpu,cpuacct/docker/a/cpu.cfs_period_us", "100000");
  EXPECT_EQ(Memory(), whole_.memory_kib);
  EXPECT_EQ(Processors(), whole_.processors);
  Write("/sys/fs/cgroup/memory/docker/memory.limit_in_bytes", "4194304");
  Write("/sys/fs/cgroup/cpu,cpuacct/docker/a/cpu.cfs_quota_us", "100000");
  EXPECT_EQ(Memory(), 4096);
  EXPECT_EQ(Processors(), 1);
}

TEST_F(MachineTest, WhatMakesNoSenseDoesNotCount) {
  Write("/proc/self/cgroup", "0::relative\nx\n:::\n0::/a");
  for (const char* text : {"", "0", "-5", "lots", "99999999999999999999", "1 0"}) {
    Write("/sys/fs/cgroup/a/memory.max", text);
    Write("/sys/fs/cgroup/a/cpu.max", text);
    EXPECT_EQ(Memory(), whole_.memory_kib) << text;
    EXPECT_EQ(Processors(), whole_.processors) << text;
  }
}

}  // namespace
}  // namespace hearth::test
