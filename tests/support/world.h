// The contents of the database that every Fixture begins with; fixture.h describes them.
#pragma once

#include <string>

namespace hearth::test {

// Fills a migrated, empty database.
void FillWorld(const std::string& superuser_conninfo);

}  // namespace hearth::test
