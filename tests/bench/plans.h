// What the load generator calls: a path, and requests and answers of that method.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>

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
};

// The plan of that name for the world of tests/support/rig.py with `people` people, the first `passwords` of whom have
// passwords: "resolve", "get", "request", "verify", "reset", "echo-resolve", "echo-get", "echo-request"; and "give-passwords", which gives one
// person after the other a password, one call at a time. With "-contoso" behind them, "verify" and "give-passwords" are of people user0 … of Contoso,
// whom the world does not have by itself. nullopt: no such plan.
std::optional<Plan> PlanOf(const std::string& name, uint64_t people, uint64_t passwords);

}  // namespace hearth::bench
