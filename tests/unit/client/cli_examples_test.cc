// The examples of the help: each is a command that there is, with flags that it has.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "client/cli/commands.h"
#include "client/cli/session.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace hearth::cli {
namespace {

using Words = std::vector<std::string>;

// The words of a line as a shell has them: quotes are undone, and | and > are words.
Words WordsOf(const std::string& line) {
  Words words;
  std::string word;
  char quote = 0;
  bool in_word = false;
  for (const char c : line) {
    const bool ends = quote == 0 && c == ' ';
    if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else if (!ends) {
      word += c;
    }
    if (in_word && ends) words.push_back(std::exchange(word, ""));
    in_word = !ends;
  }
  if (in_word) words.push_back(word);
  return words;
}

// A line's remark stands behind two spaces or more.
std::string WithoutRemark(const std::string& line) { return line.substr(0, line.find("  ", 2)); }

// What a line gives to `hearth`; empty when it is no example.
Words ArgumentsOf(const std::string& line) {
  Words words = WordsOf(absl::StrReplaceAll(WithoutRemark(line), {{"<(hearth", "| hearth"}, {"bash)", "bash"}}));
  const auto begin = std::find(words.begin(), words.end(), "hearth");
  if (begin == words.end() || (begin != words.begin() && *(begin - 1) != "|")) return {};
  const auto end = std::find_if(begin, words.end(), [](const std::string& word) { return word == "|" || word == ">"; });
  return {begin, end};
}

std::vector<Words> ExamplesOf(const CLI::App& app) {
  std::vector<Words> examples;
  const std::string joined = absl::StrReplaceAll(app.get_footer(), {{" \\\n    ", " "}});
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(joined, '\n'))) {
    if (!absl::StartsWith(line, "  ")) continue;
    Words words = ArgumentsOf(line);
    if (!words.empty()) examples.push_back(std::move(words));
  }
  return examples;
}

// All commands, the one that is asked last.
std::vector<CLI::App*> AllBelow(CLI::App* app) {
  std::vector<CLI::App*> all;
  for (CLI::App* sub : app->get_subcommands([](CLI::App*) { return true; })) {
    const std::vector<CLI::App*> below = AllBelow(sub);
    all.insert(all.end(), below.begin(), below.end());
  }
  all.push_back(app);
  return all;
}

// What is wrong with the arguments; empty: nothing.
std::string DefectOf(CLI::App& app, const Words& words) {
  std::vector<const char*> argv;
  for (const std::string& word : words) argv.push_back(word.c_str());
  try {
    app.parse(static_cast<int>(argv.size()), argv.data());
  } catch (const CLI::ParseError& error) {
    return absl::StrCat(error.get_name(), ": ", error.what());
  }
  return "";
}

TEST(ExamplesTest, AreUnderstood) {
  Session session{client::Cancellation()};
  AddCommands(&session);
  size_t understood = 0;
  for (const CLI::App* app : AllBelow(&session.app())) {
    const bool is_command = app->get_subcommands([](const CLI::App*) { return true; }).empty();
    bool shows_itself = false;
    for (const Words& example : ExamplesOf(*app)) {
      EXPECT_EQ(DefectOf(session.app(), example), "") << absl::StrJoin(example, " ");
      shows_itself = shows_itself || app->parsed();
      ++understood;
    }
    EXPECT_TRUE(shows_itself || !is_command || app->get_name() == "version") << app->get_name() << " shows no example";
  }
  EXPECT_GT(understood, 150u);
}

TEST(ExamplesTest, AreReadAsAShellReadsThem) {
  EXPECT_THAT(ArgumentsOf("  printf '%s\\n' \"$old\" | hearth user create 'a b' --mail ''   what it does | hearth x"),
              testing::ElementsAre("hearth", "user", "create", "a b", "--mail", ""));
  EXPECT_THAT(ArgumentsOf("  hearth completion zsh > \"${fpath[1]}/_hearth\""),
              testing::ElementsAre("hearth", "completion", "zsh"));
  EXPECT_THAT(ArgumentsOf("  pass show hearth"), testing::IsEmpty());
}

}  // namespace
}  // namespace hearth::cli
