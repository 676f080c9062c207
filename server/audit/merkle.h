// Merkle trees as of RFC 9162, 2.1, with SHA-256.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth {

// The bytes of one hash: 32.
inline constexpr size_t kHashBytes = 32;

// SHA-256 of the bytes.
std::string Sha256(std::string_view bytes);
// The hash of a leaf: SHA-256(0x00 || bytes).
std::string HashLeaf(std::string_view bytes);
// The hash of a node over two subtrees: SHA-256(0x01 || left || right).
std::string HashNode(std::string_view left, std::string_view right);

// A tree that grows at its end, kept as the hashes of the full subtrees that it is made of: as many as there are ones in its size. A value.
class Frontier {
 public:
  // The empty tree.
  Frontier() = default;
  // One that Bytes() of a tree of this size gave. Throws std::invalid_argument when they do not fit.
  Frontier(int64_t size, std::string_view bytes);

  void Append(std::string leaf_hash);
  int64_t size() const { return size_; }
  // The Merkle tree hash; of the empty tree SHA-256 of nothing.
  std::string Root() const;
  // The hashes one after the other, the largest subtree first.
  std::string Bytes() const;

 private:
  int64_t size_ = 0;
  std::vector<std::string> hashes_;  // Largest subtree first.
};

// Where hashes of stored nodes come from: those of `level` (0: leaves; else full subtrees over 256^level leaves), `count` from `first` on.
using NodeSource = std::function<std::vector<std::string>(int level, int64_t first, int64_t count)>;
// Subtrees of 2^kLevelBits leaves have a stored node, and again of so many such nodes.
inline constexpr int kLevelBits = 8;

// The root of the leaves from `begin` to before `end`, where begin is a multiple of the smallest power of two that is not less than their number:
// of the whole tree, or of a subtree of RFC 9162.
std::string SubtreeRoot(int64_t begin, int64_t end, const NodeSource& nodes);
// The proof that leaf `index` is in the tree of the first `size` leaves (2.1.3.1).
std::vector<std::string> InclusionProof(int64_t index, int64_t size, const NodeSource& nodes);
// The proof that the tree of the first `first` leaves is a prefix of that of the first `size` (2.1.4.1); 0 < first <= size.
std::vector<std::string> ConsistencyProof(int64_t first, int64_t size, const NodeSource& nodes);

}  // namespace hearth
