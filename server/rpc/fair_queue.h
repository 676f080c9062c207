// Who waits for a scarce worker, and who is next.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace hearth {

// A bounded queue that is fair to groups: the groups that have something waiting take turns, and whoever has most waiting is refused first.
//
// Within a group the one that came first goes first, until there is overload: for `kIntervals` times `patience` nothing came out that had waited for
// less than `patience` (CoDel's test). From then on each group keeps its newest item only, because its caller is still there and the others' will be
// gone soon (adaptive LIFO, as in Facebook's "Fail at Scale", ACM Queue 13.8); newcomers of a group that has one waiting are refused at once. A
// deeper last-in-first-out would bury what it took in: there is always a newer one. Overload is over when nobody had to be refused for as long.
//
// An item waits for at most the turns of the groups before its own, so no group starves. Not thread-safe.
template <class Item>
class FairQueue {
 public:
  static constexpr int kIntervals = 5;

  // `capacity` is at least 1.
  FairQueue(size_t capacity, absl::Duration patience) : capacity_(capacity), patience_(patience) {}

  // Takes an item in, and gives back those that must go for it: when the queue is full, the item itself, unless another group has more waiting than
  // its own would have, and then the oldest of the group that has most; in overload, see above.
  std::vector<Item> Push(const std::string& group, Item item, absl::Time now) {
    std::vector<Item> refused;
    if (overloaded(now)) KeepNewest(refused);
    if (!HasRoom(group, now, refused)) {
      refused.push_back(std::move(item));
    } else {
      auto [place, is_new] = groups_.try_emplace(group);
      if (is_new) turns_.push_back(group);
      place->second.push_back({std::move(item), now});
      ++size_;
    }
    if (!refused.empty() && overloaded(now)) overloaded_until_ = now + kIntervals * patience_;
    return refused;
  }

  // The next item; nullopt when nothing waits.
  std::optional<Item> Pop(absl::Time now) {
    if (turns_.empty()) return std::nullopt;
    const std::string group = turns_.front();
    turns_.pop_front();
    auto& waiting = groups_.at(group);
    Note(now - waiting.front().since, now);
    const bool newest = overloaded(now);
    std::optional<Item> next(std::move((newest ? waiting.back() : waiting.front()).item));
    newest ? waiting.pop_back() : waiting.pop_front();
    --size_;
    if (waiting.empty()) {
      groups_.erase(group);
    } else {
      turns_.push_back(group);
    }
    return next;
  }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  bool overloaded(absl::Time now) const { return now < overloaded_until_; }

 private:
  struct Waiting {
    Item item;
    absl::Time since;
  };
  using Groups = std::map<std::string, std::deque<Waiting>>;

  // How long something waited that came out.
  void Note(absl::Duration waited, absl::Time now) {
    slow_since_ = waited > patience_ ? std::min(slow_since_, now) : absl::InfiniteFuture();
    if (now - slow_since_ < kIntervals * patience_) return;
    slow_since_ = absl::InfiniteFuture();
    overloaded_until_ = now + kIntervals * patience_;
  }

  // Whether one of `group` can be taken in; makes room for it where another group must give way.
  bool HasRoom(const std::string& group, absl::Time now, std::vector<Item>& refused) {
    const auto own = groups_.find(group);
    const size_t has = own == groups_.end() ? 0 : own->second.size();
    if (overloaded(now) && has > 0) return false;
    if (size_ < capacity_) return true;
    const auto most = Fullest();
    if (most->second.size() <= has + 1) return false;
    DropOldest(most->second, refused);
    return true;
  }

  void KeepNewest(std::vector<Item>& refused) {
    if (size_ == groups_.size()) return;
    for (auto& [name, waiting] : groups_) {
      while (waiting.size() > 1) DropOldest(waiting, refused);
    }
  }

  // Of a group that has more than one.
  void DropOldest(std::deque<Waiting>& waiting, std::vector<Item>& refused) {
    refused.push_back(std::move(waiting.front().item));
    waiting.pop_front();
    --size_;
  }

  typename Groups::iterator Fullest() {
    return std::max_element(groups_.begin(), groups_.end(),
                            [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
  }

  const size_t capacity_;
  const absl::Duration patience_;
  size_t size_ = 0;
  absl::Time slow_since_ = absl::InfiniteFuture();      // Since when all that came out had waited too long.
  absl::Time overloaded_until_ = absl::InfinitePast();  // In overload before this.
  Groups groups_;                                       // None is empty.
  std::deque<std::string> turns_;                       // The groups, in the order of their turns.
};

}  // namespace hearth
