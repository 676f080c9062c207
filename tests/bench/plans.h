// What the load generator calls: a path, and requests and answers of that method.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "google/protobuf/message.h"

namespace hearth::bench {

using Random = std::mt19937_64;

// One kind of call.
struct Plan {
  std::string path;                          // "/hearth.v1.GuestUserService/GetGuestUser"
  const google::protobuf::Message* request;  // Prototypes.
  const google::protobuf::Message* response;
  std::function<void(Random&, google::protobuf::Message&)> fill;      // Makes a random request of a new message.
  std::function<bool(const google::protobuf::Message&)> makes_sense;  // Of an answer.
  // Told of each request that was refused for overload, and so spent nothing; empty where there is nothing to spend.
  std::function<void(const google::protobuf::Message&)> refused = nullptr;
};

// The world of tests/support/rig.py, and what was made in it.
struct World {
  uint64_t people = 10'000;
  uint64_t passwords = 64;                // So many of the people, from the first on, have passwords that are known.
  std::vector<std::string> reset_tokens;  // For "complete", each good once.
};

// The plan of that name: "resolve", "get", "request", "verify", "reset", "complete", "echo-resolve", "echo-get", "echo-request"; and "give-passwords",
// which gives one person after the other a password, one call at a time. "verify" and "give-passwords" are of Forth Coffee; with "@contoso" behind
// them, of the people user0 … of that directory, whom the world does not have by itself. The functions of a plan are called under the caller's own
// locks, but those of "complete" may be called at the same time. nullopt: no such plan.
std::optional<Plan> PlanOf(const std::string& name, const World& world);

}  // namespace hearth::bench
