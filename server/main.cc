// hearthd: flags to commands.
#include <sodium.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <string>

#include "server/app/commands.h"
#include "server/app/flags.h"

int main(int argc, char** argv) {
  if (sodium_init() < 0) {
    std::cerr << "hearthd: the random generator of the system is not available\n";
    return 1;
  }
  CLI::App app("hearthd: the Hearth identity service.", "hearthd");
  app.footer(
      "First steps: `hearthd keys generate`, `hearthd migrate`, `hearthd bootstrap`, `hearthd serve`. Each has its "
      "--help.");
  const hearth::Flags flags(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error);
    return status == 0 ? 0 : 2;
  }
  return flags.Run();
}
