#include "server/audit/merkle.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "hearth/client/audit_proof.h"
#include "server/base/hex.h"

namespace hearth {
namespace {

std::string Hex(const std::string& bytes) { return absl::BytesToHexString(bytes); }

// The leaves and roots that implementations of Certificate Transparency test with.
std::vector<std::string> KnownLeaves() {
  return {"",
          FromHex("00"),
          FromHex("10"),
          FromHex("2021"),
          FromHex("3031"),
          FromHex("40414243"),
          FromHex("5051525354555657"),
          FromHex("606162636465666768696a6b6c6d6e6f")};
}
const std::vector<std::string> kKnownRoots = {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                              "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                              "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                              "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                              "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                              "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                              "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                              "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

TEST(MerkleTest, RootsAreThoseOfCertificateTransparency) {
  Frontier tree;
  EXPECT_EQ(Hex(tree.Root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  const auto leaves = KnownLeaves();
  for (size_t i = 0; i < leaves.size(); ++i) {
    tree.Append(HashLeaf(leaves[i]));
    EXPECT_EQ(Hex(tree.Root()), kKnownRoots[i]) << i;
  }
}

TEST(MerkleTest, AFrontierComesBackFromItsBytes) {
  Frontier tree;
  for (int i = 0; i < 300; ++i) {
    Frontier copy(tree.size(), tree.Bytes());
    tree.Append(HashLeaf(std::to_string(i)));
    copy.Append(HashLeaf(std::to_string(i)));
    EXPECT_EQ(copy.Root(), tree.Root()) << i;
  }
  EXPECT_THROW(Frontier(3, std::string(32, 'x')), std::invalid_argument);
  EXPECT_THROW(Frontier(-1, ""), std::invalid_argument);
}

// RFC 9162, 2.1.1, by its words: the slow way.
std::string Naive(const std::vector<std::string>& leaves, size_t begin, size_t end) {
  if (end - begin == 1) return leaves[begin];
  size_t split = 1;
  while (split * 2 < end - begin) split *= 2;
  return HashNode(Naive(leaves, begin, begin + split), Naive(leaves, begin + split, end));
}

// What the client library says of a proof.
bool VerifyInclusion(int64_t index, int64_t size, const std::string& leaf, const std::vector<std::string>& path,
                     const std::string& root) {
  v1::AuditCheckpoint checkpoint;
  checkpoint.set_size(size);
  checkpoint.set_root_hash(Hex(root));
  v1::AuditInclusion inclusion;
  inclusion.set_sequence(index);
  inclusion.set_leaf_hash(Hex(leaf));
  for (const std::string& hash : path) inclusion.add_path(Hex(hash));
  return client::VerifyInclusion(inclusion, checkpoint).ok();
}

bool VerifyConsistency(int64_t first, int64_t size, const std::vector<std::string>& path, const std::string& first_root,
                       const std::string& root) {
  v1::AuditCheckpoint kept, newest;
  kept.set_size(first);
  kept.set_root_hash(Hex(first_root));
  newest.set_size(size);
  newest.set_root_hash(Hex(root));
  v1::GetAuditCheckpointResponse response;
  for (const std::string& hash : path) response.add_consistency(Hex(hash));
  return client::VerifyConsistency(kept, newest, response.consistency()).ok();
}

// A tree with its stored nodes, as the sealer makes them.
class MerkleProofTest : public testing::Test {
 protected:
  static constexpr int kSize = 1100;

  MerkleProofTest() {
    for (int i = 0; i < kSize; ++i) leaves_.push_back(HashLeaf(std::to_string(i)));
    for (size_t begin = 0; begin + 256 <= leaves_.size(); begin += 256) {
      nodes_.push_back(Naive(leaves_, begin, begin + 256));
    }
  }

  NodeSource Source() {
    return [this](int level, int64_t first, int64_t count) {
      reads_ += count;
      const auto& row = level == 0 ? leaves_ : nodes_;
      EXPECT_LE(first + count, static_cast<int64_t>(row.size())) << level;
      return std::vector<std::string>(row.begin() + first, row.begin() + first + count);
    };
  }
  std::string Root(int64_t size) { return Naive(leaves_, 0, static_cast<size_t>(size)); }

  std::vector<std::string> leaves_, nodes_;
  int64_t reads_ = 0;
};

TEST_F(MerkleProofTest, SubtreeRootsAreTheTreesOfTheirLeaves) {
  for (const int64_t size : {1, 2, 3, 255, 256, 257, 511, 512, 513, 1024, 1025, 1100}) {
    EXPECT_EQ(SubtreeRoot(0, size, Source()), Root(size)) << size;
  }
}

TEST_F(MerkleProofTest, EveryLeafIsProvedAndNoOther) {
  for (const int64_t size : {1, 2, 7, 256, 300, 1100}) {
    for (int64_t index = 0; index < size; index += std::max<int64_t>(1, size / 37)) {
      const auto path = InclusionProof(index, size, Source());
      EXPECT_TRUE(VerifyInclusion(index, size, leaves_[index], path, Root(size))) << index << " of " << size;
      EXPECT_FALSE(VerifyInclusion(index, size, HashLeaf("another"), path, Root(size)));
      EXPECT_FALSE(VerifyInclusion(index, size, leaves_[index], path, HashLeaf("another")));
      auto longer = path;
      longer.push_back(HashLeaf("more"));
      EXPECT_FALSE(VerifyInclusion(index, size, leaves_[index], longer, Root(size)));
      EXPECT_FALSE(VerifyInclusion(size, size, leaves_[index], path, Root(size)));
      EXPECT_FALSE(VerifyInclusion(-1, size, leaves_[index], path, Root(size)));
      if (size > 1) {
        EXPECT_FALSE(VerifyInclusion((index + 1) % size, size, leaves_[index], path, Root(size)));
      }
    }
  }
}

TEST_F(MerkleProofTest, EveryPrefixIsProvedAndNoOther) {
  for (const int64_t size : {1, 2, 7, 256, 300, 1100}) {
    for (int64_t first = 1; first <= size; first += std::max<int64_t>(1, size / 41)) {
      const auto proof = ConsistencyProof(first, size, Source());
      EXPECT_TRUE(VerifyConsistency(first, size, proof, Root(first), Root(size))) << first << " of " << size;
      EXPECT_FALSE(VerifyConsistency(first, size, proof, HashLeaf("forked"), Root(size)));
      EXPECT_FALSE(VerifyConsistency(first, size, proof, Root(first), HashLeaf("forked")));
      auto longer = proof;
      longer.push_back(HashLeaf("more"));
      EXPECT_FALSE(VerifyConsistency(first, size, longer, Root(first), Root(size)));
      if (!proof.empty()) {
        longer = proof;
        longer.pop_back();
        EXPECT_FALSE(VerifyConsistency(first, size, longer, Root(first), Root(size)));
      }
    }
  }
}

TEST_F(MerkleProofTest, AProofReadsHundredsOfHashesAndNotAll) {
  reads_ = 0;
  InclusionProof(700, kSize, Source());
  EXPECT_LT(reads_, 600);
}

}  // namespace
}  // namespace hearth
