#include "server/audit/tree_head.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "server/audit/audit_proto.h"
#include "server/audit/head_file.h"

namespace hearth {
namespace {

class TreeHeadTest : public testing::Test {
 protected:
  ~TreeHeadTest() override { std::remove(path_.c_str()); }

  // A ring of keys, in the order of the file.
  Keyring Ring(const std::vector<std::string>& lines) {
    std::remove(path_.c_str());
    std::ofstream file(path_);
    chmod(path_.c_str(), 0600);
    for (const std::string& line : lines) file << line << '\n';
    file.close();
    auto ring = Keyring::Load(path_);
    EXPECT_TRUE(ring.ok()) << ring.status();
    return *std::move(ring);
  }
  static TreeHead Head() {
    return {.directory = "forthcoffee",
            .size = 5,
            .root_hash = std::string(32, 'r'),
            .seal_time = absl::FromUnixMicros(1'700'000'000'123'456),
            .key_id = "",
            .signature = ""};
  }

  static std::vector<std::string> LinesOf(const std::string& path) {
    std::ifstream file(path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  }

  const std::string path_ = testing::TempDir() + "tree_head_test_" + std::to_string(getpid());
  const std::string old_key_ = "k1 " + std::string(64, '1');
  const std::string new_key_ = "k2 " + std::string(64, '2');
};

TEST_F(TreeHeadTest, ASignatureIsOfAllOfTheHead) {
  const Keyring ring = Ring({old_key_});
  const HeadSigner signer(&ring);
  TreeHead head = Head();
  signer.Sign(head);
  EXPECT_EQ(head.key_id, "k1");
  EXPECT_TRUE(signer.IsGood(head));
  for (const auto& change : std::vector<std::function<void(TreeHead&)>>{
           [](TreeHead& h) { h.directory = "contoso"; }, [](TreeHead& h) { ++h.size; },
           [](TreeHead& h) { h.root_hash[31] ^= 1; }, [](TreeHead& h) { h.seal_time += absl::Microseconds(1); },
           [](TreeHead& h) { h.signature[0] ^= 1; }, [](TreeHead& h) { h.signature.pop_back(); },
           [](TreeHead& h) { h.key_id = "k9"; }}) {
    TreeHead changed = head;
    change(changed);
    EXPECT_FALSE(signer.IsGood(changed));
  }
}

TEST_F(TreeHeadTest, ANewKeySignsAndOldHeadsStayGood) {
  const Keyring before = Ring({old_key_});
  TreeHead head = Head();
  HeadSigner(&before).Sign(head);
  const Keyring after = Ring({new_key_, old_key_});
  const HeadSigner signer(&after);
  EXPECT_TRUE(signer.IsGood(head));
  TreeHead later = Head();
  signer.Sign(later);
  EXPECT_EQ(later.key_id, "k2");
  EXPECT_NE(signer.PublicKey("k1"), signer.PublicKey("k2"));
  const Keyring gone = Ring({new_key_});
  EXPECT_FALSE(HeadSigner(&gone).IsGood(head));
  EXPECT_EQ(HeadSigner(&gone).PublicKey("k1"), "");
}

TEST_F(TreeHeadTest, HeadsAreAppendedToAFileALineEach) {
  const std::string path = path_ + ".heads";
  std::remove(path.c_str());
  for (int i = 0; i < 2; ++i) {
    const auto file = HeadFile::Open(path);
    ASSERT_TRUE(file.ok()) << file.status();
    (*file)->Append(Head());
  }
  std::ifstream file(path);
  int lines = 0;
  for (std::string line; std::getline(file, line); ++lines) {
    EXPECT_THAT(line, testing::HasSubstr("\"directory\":\"directories/forthcoffee\",\"size\":\"5\""));
  }
  EXPECT_EQ(lines, 2);
  std::remove(path.c_str());
  EXPECT_FALSE(HeadFile::Open("/proc/no/such/folder/heads").ok());
}

TEST_F(TreeHeadTest, HeadsFollowTheNameOfTheirFile) {
  const std::string path = path_ + ".heads";
  const std::string moved = path + ".1";
  std::remove(path.c_str());
  const auto file = HeadFile::Open(path);
  ASSERT_TRUE(file.ok()) << file.status();
  (*file)->Append(Head());
  ASSERT_EQ(std::rename(path.c_str(), moved.c_str()), 0);
  for (int i = 0; i < 2; ++i) (*file)->Append(Head());
  EXPECT_THAT(LinesOf(moved), testing::SizeIs(1));
  EXPECT_THAT(LinesOf(path), testing::SizeIs(2));
  std::remove(moved.c_str());
  std::remove(path.c_str());
}

// A server that died in the middle of a line costs that line, and not the next one with it.
TEST_F(TreeHeadTest, ALineThatWasCutOffStaysAlone) {
  const std::string path = path_ + ".heads";
  std::ofstream(path) << "{\"directory\":\"dir";
  const auto file = HeadFile::Open(path);
  ASSERT_TRUE(file.ok()) << file.status();
  for (int i = 0; i < 2; ++i) (*file)->Append(Head());
  const std::vector<std::string> lines = LinesOf(path);
  ASSERT_THAT(lines, testing::SizeIs(3));
  EXPECT_EQ(lines[0], "{\"directory\":\"dir");
  for (int i = 1; i < 3; ++i) EXPECT_THAT(lines[i], testing::StartsWith("{\"directory\":\"directories/forthcoffee\""));
  std::remove(path.c_str());
}

}  // namespace
}  // namespace hearth
