// What the load generators share.
#pragma once

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace hearth::bench {

// Processor time of this process.
double CpuSeconds();

// The lines of a file; of one with tokens, a bearer token each.
std::vector<std::string> Lines(const std::string& path);

// Channels over TLS with a connection each; none when the target does not answer within ten seconds. `ca` is a PEM file.
std::vector<std::shared_ptr<grpc::Channel>> Connect(const std::string& target, const std::string& ca, int count);

// The value below which `share` of the sorted ones lie; 0 of none.
uint32_t Percentile(const std::vector<uint32_t>& sorted, double share);

// The reason of a refusal ("OVERLOADED"); empty when it has none.
std::string ReasonOf(const grpc::Status& status);

// Whether the status says when to try again.
bool HasRetryInfo(const grpc::Status& status);

// "code 14 STORAGE_UNAVAILABLE message": the code by number, and the reason if there is one.
std::string Describe(const grpc::Status& status);

}  // namespace hearth::bench
