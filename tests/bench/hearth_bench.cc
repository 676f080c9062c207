// The load generator of tests/bench/run: calls one method of a running server for a while. Prints "measuring" when the
// warm-up is over, "measured" when the measured time is over, then the outcome as JSON.
#include <grpcpp/grpcpp.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/bench/generator.h"
#include "tests/bench/load.h"

namespace {

using hearth::bench::Connect;
using hearth::bench::CpuSeconds;
using hearth::bench::Lines;
using hearth::bench::Outcome;
using hearth::bench::Percentile;
using hearth::bench::Phase;

nlohmann::ordered_json ToJson(Outcome& outcome, double client_cpu_seconds) {
  std::sort(outcome.micros.begin(), outcome.micros.end());
  nlohmann::ordered_json json;
  json["calls"] = outcome.micros.size();
  json["seconds"] = outcome.seconds;
  json["p50_us"] = Percentile(outcome.micros, 0.5);
  json["p99_us"] = Percentile(outcome.micros, 0.99);
  json["client_cpu_seconds"] = client_cpu_seconds;
  json["errors"] = outcome.errors;
  json["sent_away"] = outcome.sent_away;
  return json;
}

}  // namespace

int main(int argc, char** argv) {
  std::string target, ca, token_file, method, answer_file, reset_token_file;
  int channels = 4;
  hearth::bench::World world;
  hearth::bench::Load load;
  CLI::App app("Closed-loop load on hearthd.");
  app.add_option("--target", target, "host:port")->required();
  app.add_option("--ca", ca, "PEM file of the certificate to trust")->required();
  app.add_option("--tokens", token_file, "File with a bearer token a line; calls take turns")->required();
  app.add_option("--method", method,
                 "resolve, get, request, verify, reset, complete, echo-resolve, echo-get, echo-request, give-passwords")
      ->required();
  app.add_option("--in-flight", load.in_flight)->check(CLI::Range(1, 4096));
  app.add_option("--channels", channels)->check(CLI::Range(1, 64));
  app.add_option("--warm-up", load.warm_up_seconds);
  app.add_option("--seconds", load.seconds);
  app.add_option("--calls", load.most_calls, "End after this many calls");
  app.add_option("--people", world.people);
  app.add_option("--passwords", world.passwords);
  app.add_option("--reset-tokens", reset_token_file, "File with a reset token a line, for complete");
  app.add_option("--save-answer", answer_file, "Write the bytes of an answer to this file");
  CLI11_PARSE(app, argc, argv);
  if (!reset_token_file.empty()) world.reset_tokens = Lines(reset_token_file);
  const auto plan = hearth::bench::PlanOf(method, world);
  const auto connected = Connect(target, ca, std::min(channels, load.in_flight));
  if (!plan.has_value() || connected.empty()) {
    std::fputs(plan.has_value() ? "no connection\n" : "no such method\n", stderr);
    return 1;
  }
  double cpu_seconds = 0;
  Outcome outcome = hearth::bench::Run(*plan, load, connected, Lines(token_file), [&cpu_seconds](Phase phase) {
    cpu_seconds = CpuSeconds() - cpu_seconds;
    std::puts(phase == Phase::kMeasuring ? "measuring" : "measured");
    std::fflush(stdout);
  });
  if (!answer_file.empty()) std::ofstream(answer_file, std::ios::binary) << outcome.last_answer;
  std::printf("%s\n", ToJson(outcome, cpu_seconds).dump().c_str());
  return 0;
}
