#include <iostream>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "options.h"
#include "tool_commands.h"

namespace hearth::cli {
namespace {

constexpr char kExamples[] =
    "  source <(hearth completion bash)                                  this shell; or in ~/.bashrc\n"
    "  hearth completion zsh > \"${fpath[1]}/_hearth\"\n"
    "  hearth completion fish > ~/.config/fish/completions/hearth.fish\n";

// What can follow each command: "" is hearth itself, "/user" hearth user, "/user/get" hearth user get.
using Words = std::map<std::string, std::vector<std::string>>;

std::vector<std::string> FlagsOf(const CLI::App& app) {
  std::vector<std::string> flags;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) flags.push_back(absl::StrCat("--", name));
  }
  return flags;
}

void Collect(const CLI::App& app, const std::string& path, const std::vector<std::string>& everywhere, Words* words) {
  std::vector<std::string>& here = (*words)[path];
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    here.push_back(sub->get_name());
    Collect(*sub, absl::StrCat(path, "/", sub->get_name()), everywhere, words);
  }
  for (const std::string& flag : FlagsOf(app)) here.push_back(flag);
  if (!path.empty()) here.insert(here.end(), everywhere.begin(), everywhere.end());
}

// Bash and zsh share what is POSIX.
std::string PosixWords(const Words& words) {
  std::string out = "_hearth_words() {\n  case \"$1\" in\n";
  for (const auto& [path, list] : words)
    absl::StrAppend(&out, "    '", path, "') echo '", absl::StrJoin(list, " "), "' ;;\n");
  return absl::StrCat(out, "  esac\n}\n");
}

std::string Bash(const Words& words) {
  return absl::StrCat(PosixWords(words), R"sh(_hearth() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} place= i
  case "$previous" in
    --*file|--ca|--cert|--key|-f) COMPREPLY=($(compgen -f -- "$current")); return ;;
    -o|--output) COMPREPLY=($(compgen -W 'table json' -- "$current")); return ;;
  esac
  for ((i = 1; i < COMP_CWORD; i++)); do
    [[ -n $(_hearth_words "$place/${COMP_WORDS[i]}") ]] && place="$place/${COMP_WORDS[i]}"
  done
  COMPREPLY=($(compgen -W "$(_hearth_words "$place")" -- "$current"))
}
complete -F _hearth hearth
)sh");
}

std::string Zsh(const Words& words) {
  return absl::StrCat("#compdef hearth\n", PosixWords(words), R"sh(_hearth() {
  local place= word
  case "${words[CURRENT-1]}" in
    --*file|--ca|--cert|--key|-f) _files; return ;;
    -o|--output) compadd -- table json; return ;;
  esac
  for word in ${words[2,CURRENT-1]}; do
    [[ -n "$(_hearth_words "$place/$word")" ]] && place="$place/$word"
  done
  compadd -- ${=$(_hearth_words "$place")}
}
if [[ "$funcstack[1]" == _hearth ]]; then _hearth "$@"; else compdef _hearth hearth; fi
)sh");
}

std::string Fish(const Words& words) {
  std::string out = "function __hearth_words\n  switch $argv[1]\n";
  for (const auto& [path, list] : words) {
    absl::StrAppend(&out, "    case '", path, "'\n      printf '%s\\n' ", absl::StrJoin(list, " "), "\n");
  }
  return absl::StrCat(out, R"sh(  end
end
function __hearth_complete
  set -l place ''
  for word in (commandline -opc)[2..-1]
    if test -n "$(__hearth_words "$place/$word")"
      set place "$place/$word"
    end
  end
  __hearth_words $place
end
complete -c hearth -f -a '(__hearth_complete)'
complete -c hearth -l output -s o -x -a 'table json'
)sh");
}

absl::Status Run(Session* session, const std::string& shell) {
  Words words;
  Collect(session->app(), "", FlagsOf(session->app()), &words);
  std::cout << (shell == "bash" ? Bash(words) : shell == "zsh" ? Zsh(words) : Fish(words));
  return absl::OkStatus();
}

}  // namespace

void AddCompletion(Session* session) {
  auto shell = std::make_shared<CLI::Option*>();
  CLI::App* command =
      session->Command(&session->app(), "completion", "print what makes a shell complete these commands", kExamples,
                       [session, shell] { return Run(session, ValueOf(*shell)); });
  command->group(kToolGroup);
  *shell =
      AddValue(command, "SHELL", "", "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
}

}  // namespace hearth::cli
