// `hearth` against a Hearth that answers what the test tells it to.
#ifndef HEARTH_TESTS_UNIT_CLIENT_CLI_FIXTURE_H_
#define HEARTH_TESTS_UNIT_CLIENT_CLI_FIXTURE_H_

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/unit/client/fake_hearth.h"
#include "tests/unit/client/run_hearth.h"

namespace hearth::cli {

class CliTest : public ::testing::Test {
 protected:
  CliTest() {
    std::string pattern = ::testing::TempDir() + "/hearth_cli_test.XXXXXX";
    home_ = mkdtemp(pattern.data());
    environment_ = {{"HOME", home_}, {"HEARTH_SERVER", hearth_.address()}, {"HEARTH_PLAINTEXT", "true"}};
  }
  ~CliTest() override { std::filesystem::remove_all(home_); }

  Result Run(const std::vector<std::string>& arguments, const std::string& input = "") const {
    return Process(arguments, environment_, input).Wait();
  }

  // A file with this content, readable by its owner only.
  std::string FileWith(const std::string& name, const std::string& content) const {
    const std::string path = home_ + "/" + name;
    std::ofstream(path) << content;
    std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    return path;
  }

  client::FakeHearth hearth_;
  std::string home_;
  std::map<std::string, std::string> environment_;
};

}  // namespace hearth::cli

#endif  // HEARTH_TESTS_UNIT_CLIENT_CLI_FIXTURE_H_
