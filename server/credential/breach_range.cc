#include "server/credential/breach_range.h"

#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "server/base/log.h"
#include "server/base/text.h"

namespace hearth {
namespace {

constexpr size_t kDigestBytes = 20;
constexpr size_t kPrefixDigits = 5;
constexpr size_t kSuffixDigits = 2 * kDigestBytes - kPrefixDigits;
constexpr size_t kTailDigits = 16;
constexpr size_t kMostCountDigits = 18;
// In less no connection is made.
constexpr absl::Duration kLeastTime = absl::Milliseconds(100);

bool AreHex(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return absl::ascii_isxdigit(c); });
}

// The number of some hexadecimal digits, at most 16.
uint64_t ReadHex(absl::string_view digits) {
  uint64_t number = 0;
  for (const char digit : digits) {
    const int value = absl::ascii_isdigit(static_cast<unsigned char>(digit)) ? digit - '0' : (digit | 0x20) - 'a' + 10;
    number = number << 4 | static_cast<uint64_t>(value);
  }
  return number;
}

}  // namespace

BreachPlace BreachPlaceOf(const Secret& password) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  const std::string_view text = password.Expose();
  // SHA-1 is what the lists are made with; nothing relies on it to be hard to invert or collide.
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
  std::array<char, 2 * kDigestBytes + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), digest.data(), kDigestBytes);
  BreachPlace place{.prefix = std::string(hex.data(), kPrefixDigits),
                    .tail = ReadHex({hex.data() + kPrefixDigits, kTailDigits})};
  absl::AsciiStrToUpper(&place.prefix);
  sodium_memzero(digest.data(), digest.size());
  sodium_memzero(hex.data(), hex.size());
  return place;
}

std::optional<std::vector<uint64_t>> ParseBreachRange(std::string_view answer) {
  std::vector<uint64_t> tails;
  for (absl::string_view line : absl::StrSplit(ToAbsl(answer), '\n')) {
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty()) continue;
    int64_t count = 0;
    const bool right = line.size() > kSuffixDigits + 1 && line.size() <= kSuffixDigits + 1 + kMostCountDigits &&
                       line[kSuffixDigits] == ':' && AreHex(line.substr(0, kSuffixDigits)) &&
                       absl::SimpleAtoi(line.substr(kSuffixDigits + 1), &count) && count >= 0;
    if (!right) return std::nullopt;
    if (count > 0) tails.push_back(ReadHex(line.substr(0, kTailDigits)));
  }
  std::sort(tails.begin(), tails.end());
  return tails;
}

BreachRange::BreachRange(Fetch fetch, Count count, RangeLimits limits)
    : fetch_(std::move(fetch)), count_(std::move(count)), limits_(limits) {}

RangeOutcome BreachRange::Ask(const Secret& password, absl::Time deadline) {
  const RangeOutcome outcome = Find(BreachPlaceOf(password), deadline);
  count_(outcome);
  return outcome;
}

RangeOutcome BreachRange::Find(const BreachPlace& place, absl::Time deadline) {
  const auto verdict = [&place](const std::vector<uint64_t>& tails) {
    const bool has = std::binary_search(tails.begin(), tails.end(), place.tail);
    return has ? RangeOutcome::kBreached : RangeOutcome::kAbsent;
  };
  const absl::Time now = absl::Now();
  const absl::Duration time = std::min(limits_.timeout, (deadline - now) / 2);
  {
    const absl::MutexLock lock(&mutex_);
    if (const Answer* known = Known(place.prefix, now)) return verdict(known->tails);
    if (!Begin(time, now)) return RangeOutcome::kSkipped;
  }
  const auto tails = FetchTails(place.prefix, time);
  End(place.prefix, tails);
  return tails.has_value() ? verdict(*tails) : RangeOutcome::kFailed;
}

const BreachRange::Answer* BreachRange::Known(const std::string& prefix, absl::Time now) {
  const auto found = known_.find(prefix);
  return found == known_.end() || now - found->second.asked > limits_.keep ? nullptr : &found->second;
}

bool BreachRange::Begin(absl::Duration time, absl::Time now) {
  if (asking_ >= limits_.at_once || now < rests_until_ || time < kLeastTime) return false;
  ++asking_;
  return true;
}

std::optional<std::vector<uint64_t>> BreachRange::FetchTails(const std::string& prefix, absl::Duration time) const {
  std::string problem = "the answer is none of such a list";
  try {
    const auto answer = fetch_(prefix, time);
    auto tails = answer.ok() ? ParseBreachRange(*answer) : std::nullopt;
    if (tails.has_value()) return tails;
    if (!answer.ok()) problem = std::string(answer.status().message());
  } catch (const std::exception& exception) {
    problem = exception.what();
  }
  Log(LogLevel::kWarning, "the list of breached passwords was not asked", {{"detail", problem}});
  return std::nullopt;
}

void BreachRange::End(const std::string& prefix, const std::optional<std::vector<uint64_t>>& tails) {
  const absl::Time now = absl::Now();
  const absl::MutexLock lock(&mutex_);
  --asking_;
  failures_ = tails.has_value() ? 0 : failures_ + 1;
  if (!tails.has_value()) {
    if (failures_ >= limits_.failures) rests_until_ = now + limits_.rest;
    return;
  }
  known_.insert_or_assign(prefix, Answer{now, *tails});
  if (known_.size() <= limits_.kept) return;
  known_.erase(std::min_element(known_.begin(), known_.end(),
                                [](const auto& a, const auto& b) { return a.second.asked < b.second.asked; }));
}

}  // namespace hearth
