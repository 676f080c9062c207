#include "server/credential/tuning.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

#include "absl/time/clock.h"

namespace hearth {
namespace {

constexpr uint32_t kOnePassKib = 46 * 1024;  // OWASP, Password Storage: below this, two passes.

// One hash; false when it failed.
bool HashOnce(const HashParameters& parameters) {
  std::array<unsigned char, crypto_pwhash_SALTBYTES> salt;
  randombytes_buf(salt.data(), salt.size());
  std::array<unsigned char, 32> tag;
  constexpr std::array<char, 64> kPeppered{};
  return crypto_pwhash(tag.data(), tag.size(), kPeppered.data(), kPeppered.size(), salt.data(), parameters.iterations,
                       size_t{parameters.memory_kib} * 1024, crypto_pwhash_ALG_ARGON2ID13) == 0;
}

bool IsStronger(const HashParameters& a, const HashParameters& b) {
  return a.memory_kib != b.memory_kib ? a.memory_kib > b.memory_kib : a.iterations > b.iterations;
}

}  // namespace

std::vector<HashParameters> TuningCandidates(const TuningGoal& goal) {
  std::vector<HashParameters> candidates;
  for (const uint32_t mib : {19u, 32u, 46u, 64u, 96u, 128u, 192u, 256u}) {
    const uint32_t kib = mib * 1024;
    if (int64_t{kib} * goal.lanes > goal.most_memory_kib || kib > kMaxHashParameters.memory_kib) break;
    for (uint32_t passes = kib < kOnePassKib ? 2 : 1; passes <= 4; ++passes) {
      candidates.push_back({.memory_kib = kib, .iterations = passes});
    }
  }
  return candidates;
}

absl::StatusOr<HashCost> MeasureHash(const HashParameters& parameters, int lanes, int rounds) {
  std::vector<std::vector<absl::Duration>> times(static_cast<size_t>(lanes));
  std::atomic<bool> failed{false};
  std::vector<std::thread> threads;
  const absl::Time begin = absl::Now();
  for (auto& own : times) {
    threads.emplace_back([&own, &failed, &parameters, rounds] {
      for (int i = 0; i < rounds && !failed; ++i) {
        const absl::Time start = absl::Now();
        if (!HashOnce(parameters)) failed = true;
        own.push_back(absl::Now() - start);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  if (failed) return absl::InternalError("Argon2id failed, most likely for want of memory");
  std::vector<absl::Duration> all;
  for (const auto& own : times) all.insert(all.end(), own.begin(), own.end());
  std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2), all.end());
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  return HashCost{parameters, all[all.size() / 2], static_cast<double>(all.size()) / seconds};
}

std::optional<HashCost> ChooseHash(const std::vector<HashCost>& measured, const TuningGoal& goal) {
  std::optional<HashCost> best;
  for (const HashCost& cost : measured) {
    if (cost.Fits(goal) && (!best.has_value() || IsStronger(cost.parameters, best->parameters))) best = cost;
  }
  return best;
}

}  // namespace hearth
