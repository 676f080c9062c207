// How many Argon2id hashes a second this machine makes with libsodium and nothing else: what hash-bound calls are
// compared with. Prints "measuring", "measured", then calls, seconds and processor seconds as JSON.
#include <sodium.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

// As long as the input that the server hashes: 64 hexadecimal digits.
bool HashOnce(uint64_t iterations, size_t memory_kib) {
  static const std::string input(64, 'a');
  std::array<char, crypto_pwhash_STRBYTES> phc{};
  return crypto_pwhash_str_alg(phc.data(), input.data(), input.size(), iterations, memory_kib * 1024,
                               crypto_pwhash_ALG_ARGON2ID13) == 0;
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

}  // namespace

int main(int argc, char** argv) {
  int threads = 1;
  double seconds = 3;
  uint64_t iterations = 1;
  size_t memory_kib = 47104;
  CLI::App app("Raw Argon2id.");
  app.add_option("--threads", threads)->check(CLI::Range(1, 256));
  app.add_option("--seconds", seconds);
  app.add_option("--iterations", iterations);
  app.add_option("--memory-kib", memory_kib);
  CLI11_PARSE(app, argc, argv);
  if (sodium_init() < 0 || !HashOnce(iterations, memory_kib)) {
    std::fputs("Argon2id failed, most likely for want of memory\n", stderr);
    return 1;
  }
  std::puts("measuring");
  std::fflush(stdout);
  std::atomic<int64_t> hashes = 0;
  const auto start = Clock::now();
  const double cpu_before = CpuSeconds();
  const auto end = start + std::chrono::duration<double>(seconds);
  std::vector<std::thread> running;
  for (int i = 0; i < threads; ++i) {
    running.emplace_back([&] {
      // Whole hashes: the last one of each thread ends after `end`, and its time counts.
      while (Clock::now() < end) hashes += HashOnce(iterations, memory_kib) ? 1 : 0;
    });
  }
  for (std::thread& thread : running) thread.join();
  const std::chrono::duration<double> taken = Clock::now() - start;
  std::printf("measured\n{\"calls\": %lld, \"seconds\": %.6f, \"client_cpu_seconds\": %.6f}\n",
              static_cast<long long>(hashes.load()), taken.count(), CpuSeconds() - cpu_before);
  return 0;
}
