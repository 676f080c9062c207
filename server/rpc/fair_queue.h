// Who waits for a scarce worker, and who is next.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace hearth {

// A bounded queue that is fair to groups: the groups that have something waiting take turns, and whoever has most waiting is refused first.
//
// Within a group the one that came first goes first, until there is overload: for `kIntervals` times `patience` nothing of the group came out that had
// waited for less than `patience` (CoDel's test). From then on the group keeps its newest item only, because its caller is still there and the others'
// will be gone soon (adaptive LIFO, as in Facebook's "Fail at Scale", ACM Queue 13.8), and newcomers are refused at once while one is waiting. A deeper
// last-in-first-out would bury what it took in: there is always a newer one. Overload is over when nobody of the group had to be refused for as
// long. A group that asks for less than its turns give is not in overload, however much the others ask for.
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
    if (groups_.size() > 2 * capacity_) ForgetIdle();
    Group& own = groups_[group];
    std::vector<Item> refused;
    const bool overload = now < own.overloaded_until;
    while (overload && own.waiting.size() > 1) DropOldest(own, refused);
    const bool cut = !refused.empty();
    // What gives way here is another group's.
    const bool taken = !(overload && !own.waiting.empty()) && MakeRoom(own, refused);
    if (overload && (cut || !taken)) own.overloaded_until = now + kIntervals * patience_;
    if (!taken) {
      refused.push_back(std::move(item));
      return refused;
    }
    if (own.waiting.empty()) turns_.push_back(group);
    own.waiting.push_back({std::move(item), now});
    ++size_;
    return refused;
  }

  // Whether Push would only refuse a newcomer of the group, whose overload goes on with that: for those who can tell a group sooner than they have an
  // item.
  bool Refuses(const std::string& group, absl::Time now) {
    const auto found = groups_.find(group);
    if (found == groups_.end()) return false;
    Group& own = found->second;
    if (now >= own.overloaded_until || own.waiting.size() != 1) return false;
    own.overloaded_until = now + kIntervals * patience_;
    return true;
  }

  // The next item; nullopt when nothing waits.
  std::optional<Item> Pop(absl::Time now) {
    if (turns_.empty()) return std::nullopt;
    const std::string name = turns_.front();
    turns_.pop_front();
    Group& group = groups_.at(name);
    Note(group, now);
    const bool newest = now < group.overloaded_until;
    std::optional<Item> next(std::move((newest ? group.waiting.back() : group.waiting.front()).item));
    newest ? group.waiting.pop_back() : group.waiting.pop_front();
    --size_;
    if (!group.waiting.empty()) {
      turns_.push_back(name);
    } else if (!newest) {
      groups_.erase(name);
    }
    return next;
  }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  bool overloaded(const std::string& group, absl::Time now) const {
    const auto found = groups_.find(group);
    return found != groups_.end() && now < found->second.overloaded_until;
  }

 private:
  struct Waiting {
    Item item;
    absl::Time since;
  };
  struct Group {
    std::deque<Waiting> waiting;
    absl::Time slow_since = absl::InfiniteFuture();      // Since when all that came out had waited too long.
    absl::Time overloaded_until = absl::InfinitePast();  // In overload before this.
  };

  // The group's oldest is about to come out, or was passed by its newest.
  void Note(Group& group, absl::Time now) {
    const bool slow = now - group.waiting.front().since > patience_;
    group.slow_since = slow ? std::min(group.slow_since, now) : absl::InfiniteFuture();
    if (now - group.slow_since < kIntervals * patience_) return;
    group.slow_since = absl::InfiniteFuture();
    group.overloaded_until = now + kIntervals * patience_;
  }

  // Whether one more of the group can be taken in, when another has given way if need be.
  bool MakeRoom(const Group& own, std::vector<Item>& refused) {
    if (size_ < capacity_) return true;
    Group& most = std::max_element(groups_.begin(), groups_.end(), [](const auto& a, const auto& b) {
                    return a.second.waiting.size() < b.second.waiting.size();
                  })->second;
    if (most.waiting.size() <= own.waiting.size() + 1) return false;
    DropOldest(most, refused);
    return true;
  }

  // Of a group that has more than one.
  void DropOldest(Group& group, std::vector<Item>& refused) {
    refused.push_back(std::move(group.waiting.front().item));
    group.waiting.pop_front();
    --size_;
  }

  // Groups of which nothing waits are kept for their overload only.
  void ForgetIdle() {
    for (auto group = groups_.begin(); group != groups_.end();) {
      group = group->second.waiting.empty() ? groups_.erase(group) : std::next(group);
    }
  }

  const size_t capacity_;
  const absl::Duration patience_;
  size_t size_ = 0;
  std::map<std::string, Group> groups_;
  std::deque<std::string> turns_;  // The groups of which something waits, in the order of their turns.
};

}  // namespace hearth
