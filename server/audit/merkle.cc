#include "server/audit/merkle.h"

#include <openssl/evp.h>

#include <bit>
#include <memory>
#include <new>
#include <stdexcept>

namespace hearth {
namespace {

constexpr char kLeaf = 0x00;
constexpr char kNode = 0x01;

// One context a thread: looking up the algorithm costs more than a short digest.
EVP_MD_CTX* Context() {
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  static const EVP_MD* const sha256 = EVP_sha256();
  thread_local const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  if (context == nullptr || EVP_DigestInit_ex(context.get(), sha256, nullptr) != 1) throw std::bad_alloc();
  return context.get();
}

std::string Digest(std::initializer_list<std::string_view> parts) {
  EVP_MD_CTX* context = Context();
  for (const std::string_view part : parts) EVP_DigestUpdate(context, part.data(), part.size());
  std::string digest(kHashBytes, '\0');
  EVP_DigestFinal_ex(context, reinterpret_cast<unsigned char*>(digest.data()), nullptr);
  return digest;
}

// The largest power of two below `n`, which is at least 2: where a tree of n leaves splits.
int64_t SplitOf(int64_t n) { return int64_t{1} << (std::bit_width(static_cast<uint64_t>(n - 1)) - 1); }

// The root of a full subtree, from the stored nodes nearest below it.
std::string FullRoot(int64_t begin, int64_t count, const NodeSource& nodes) {
  const int height = std::countr_zero(static_cast<uint64_t>(count));
  const int level = height / kLevelBits;
  std::vector<std::string> row =
      nodes(level, begin >> (level * kLevelBits), int64_t{1} << (height - level * kLevelBits));
  while (row.size() > 1) {
    for (size_t i = 0; i < row.size() / 2; ++i) row[i] = HashNode(row[2 * i], row[2 * i + 1]);
    row.resize(row.size() / 2);
  }
  return row.at(0);
}

// PATH of RFC 9162, 2.1.3.1, for the leaves from `begin` to before `end`.
void AddPath(int64_t index, int64_t begin, int64_t end, const NodeSource& nodes, std::vector<std::string>& path) {
  if (end - begin == 1) return;
  const int64_t middle = begin + SplitOf(end - begin);
  if (index < middle) {
    AddPath(index, begin, middle, nodes, path);
    path.push_back(SubtreeRoot(middle, end, nodes));
  } else {
    AddPath(index, middle, end, nodes, path);
    path.push_back(SubtreeRoot(begin, middle, nodes));
  }
}

// SUBPROOF of RFC 9162, 2.1.4.1: `whole` says that the first tree is the subtree that begins here, whose root the verifier has.
void AddSubproof(int64_t first, int64_t begin, int64_t end, bool whole, const NodeSource& nodes,
                 std::vector<std::string>& proof) {
  if (first == end) {
    if (!whole) proof.push_back(SubtreeRoot(begin, end, nodes));
    return;
  }
  const int64_t middle = begin + SplitOf(end - begin);
  if (first <= middle) {
    AddSubproof(first, begin, middle, whole, nodes, proof);
    proof.push_back(SubtreeRoot(middle, end, nodes));
  } else {
    AddSubproof(first, middle, end, false, nodes, proof);
    proof.push_back(SubtreeRoot(begin, middle, nodes));
  }
}

}  // namespace

std::string Sha256(std::string_view bytes) { return Digest({bytes}); }
std::string HashLeaf(std::string_view bytes) { return Digest({std::string_view(&kLeaf, 1), bytes}); }
std::string HashNode(std::string_view left, std::string_view right) {
  return Digest({std::string_view(&kNode, 1), left, right});
}

Frontier::Frontier(int64_t size, std::string_view bytes) : size_(size) {
  const auto ones = static_cast<size_t>(std::popcount(static_cast<uint64_t>(size)));
  if (size < 0 || bytes.size() != ones * kHashBytes)
    throw std::invalid_argument("a Merkle frontier does not fit its size");
  for (size_t i = 0; i < ones; ++i) hashes_.emplace_back(bytes.substr(i * kHashBytes, kHashBytes));
}

void Frontier::Append(std::string leaf_hash) {
  // Each one at the end of the size is a subtree of the same height as the new one.
  for (int64_t rest = size_++; (rest & 1) != 0; rest >>= 1) {
    leaf_hash = HashNode(hashes_.back(), leaf_hash);
    hashes_.pop_back();
  }
  hashes_.push_back(std::move(leaf_hash));
}

std::string Frontier::Root() const {
  if (hashes_.empty()) return Sha256("");
  std::string root = hashes_.back();
  for (size_t i = hashes_.size() - 1; i-- > 0;) root = HashNode(hashes_[i], root);
  return root;
}

std::string Frontier::Bytes() const {
  std::string bytes;
  for (const std::string& hash : hashes_) bytes += hash;
  return bytes;
}

std::string SubtreeRoot(int64_t begin, int64_t end, const NodeSource& nodes) {
  const int64_t count = end - begin;
  if (std::has_single_bit(static_cast<uint64_t>(count))) return FullRoot(begin, count, nodes);
  const int64_t middle = begin + SplitOf(count);
  const std::string left = SubtreeRoot(begin, middle, nodes);
  return HashNode(left, SubtreeRoot(middle, end, nodes));
}

std::vector<std::string> InclusionProof(int64_t index, int64_t size, const NodeSource& nodes) {
  std::vector<std::string> path;
  AddPath(index, 0, size, nodes, path);
  return path;
}

std::vector<std::string> ConsistencyProof(int64_t first, int64_t size, const NodeSource& nodes) {
  std::vector<std::string> proof;
  AddSubproof(first, 0, size, true, nodes, proof);
  return proof;
}

}  // namespace hearth
