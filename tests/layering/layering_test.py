"""Who includes whom, and what may lie where: the rules of server/LAYERS and of the repository's layout, on all its files.

Every rule is tried on a small tree that breaks it, and on the repository itself.
"""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import report

ROOT = pathlib.Path(__file__).resolve().parents[2]

TOP_LEVEL = {"CMakeLists.txt", "README.md", "client", "deploy", "proto", "server", "tests"}
SOURCES = {".cc", ".h", ".py", ".sh"}
LONGEST = 400
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)
STATEMENT = re.compile(r'\bStatement k\w+\s*{\s*"(\w+)"')
RPC = re.compile(r"^\s*rpc (\w+)\(", re.MULTILINE)
RPC_PLACES = re.compile(r"server/rpc/services\.cc|server/\w+/\w+_desk\.(?:cc|h)|client/include/hearth/client/client\.h|client/cli/verbs\.cc")
FEW_RPCS = 4  # Examples in help, stores with functions of the same names.
WORD = re.compile(r"\w+")
# Written in pieces, so that this file does not contain what it looks for.
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME)\b")
MACHINE_PATH = re.compile(r"/home/[a-z]" r"|/Users/[A-Za-z]" r"|/root/")


class Tree:
    """The tracked files of a checkout; in a folder without git, all its files."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        listed = subprocess.run(["git", "-C", str(root), "ls-files", "-z"], capture_output=True, check=False)
        if listed.returncode == 0 and (self.root / ".git").exists():
            names = [os.fsdecode(name) for name in listed.stdout.split(b"\0") if name]
        else:
            names = [str(path.relative_to(root)) for path in self.root.rglob("*") if path.is_file()]
        self.files = sorted(pathlib.PurePosixPath(name) for name in names if (self.root / name).is_file())

    def text(self, file):
        """The text of a file; None for what is not text."""
        try:
            return (self.root / file).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            return None

    def under(self, folder, *endings):
        return [file for file in self.files if file.parts[0] == folder and (not endings or file.suffix in endings)]

    def includes(self, file):
        """The headers that a source includes: (quoted or angled name, True when quoted)."""
        return [(quoted or angled, bool(quoted)) for quoted, angled in INCLUDE.findall(self.text(file) or "")]


def folder_of(file):
    """The layer of a file under server/: its folder, or "main" for files directly there."""
    return file.parts[1] if len(file.parts) > 2 else "main"


def layers(tree):
    """Reads server/LAYERS: {folder: folders it may include}, and what is wrong with the file itself."""
    allowed, wrong = {}, []
    for number, line in enumerate((tree.text("server/LAYERS") or "").splitlines(), 1):
        line = line.partition("#")[0].strip()
        if not line:
            continue
        folder, colon, names = line.partition(":")
        above = [name for name in names.split() if name not in allowed]
        if not colon or folder in allowed:
            wrong.append(f"server/LAYERS:{number}: expected one line per folder, 'folder: allowed folders'")
        elif above:
            wrong.append(f"server/LAYERS:{number}: {folder} may not include {', '.join(above)}: no such line above it")
        allowed[folder] = set(names.split())
    allowed["main"] = set(allowed)
    return allowed, wrong


def breaks_of_layers(tree):
    allowed, wrong = layers(tree)
    for file in tree.under("server", ".cc", ".h"):
        folder = folder_of(file)
        if folder not in allowed:
            wrong.append(f"{file}: server/LAYERS has no line for {folder}")
            continue
        for header, quoted in tree.includes(file):
            parts = header.split("/")
            if parts[0] in ("client", "tests") or header.startswith("hearth/client/"):
                wrong.append(f"{file}: the server includes {header}")
            elif parts[0] == "server":
                target = folder_of(pathlib.PurePosixPath(header))
                if target != folder and target not in allowed[folder]:
                    wrong.append(f"{file}: {folder} may not include {target} ({header})")
            elif quoted and (tree.root / file.parent / header).exists():
                wrong.append(f"{file}: write the path from the top in #include \"{header}\"")
    return wrong


def breaks_of_libraries(tree):
    """gRPC only where calls arrive, the database only where SQL is."""
    wrong = []
    for file in tree.under("server", ".cc", ".h"):
        for header, _ in tree.includes(file):
            grpc = header.startswith(("grpcpp/", "grpc/")) or header.endswith(".grpc.pb.h")
            if grpc and folder_of(file) not in ("rpc", "app"):
                wrong.append(f"{file}: {header} only in rpc/ and app/")
            sql = header.startswith("pqxx/") or header in ("libpq-fe.h", "server/storage/pqxx_compat.h")
            if sql and folder_of(file) != "storage" and not file.stem.endswith("_store"):
                wrong.append(f"{file}: {header} only in storage/ and *_store")
    return wrong


def breaks_of_outsiders(tree):
    """The client and the contract tests know the protos, not the server."""
    wrong = []
    for file in tree.under("client", ".cc", ".h") + tree.under("tests", ".cc", ".h"):
        if file.parts[0] == "tests" and file.parts[1] != "contract":
            continue
        wrong += [f"{file}: includes {header} of the server" for header, _ in tree.includes(file) if header.startswith("server/")]
    return wrong


def breaks_of_layout(tree):
    entries = {file.parts[0] for file in tree.files}
    wrong = [f"{name}: not an entry of the top level" for name in sorted(entries - TOP_LEVEL) if not name.startswith(".")]
    folders = {file.parts[:depth] for file in tree.under("server") for depth in range(1, len(file.parts))}
    for folder in sorted("/".join(parts) for parts in folders):
        # What holds data for the folder above, such as migrations, is described there.
        if folder.count("/") < 2 and pathlib.PurePosixPath(folder, "README.md") not in tree.files:
            wrong.append(f"{folder}: has no README.md")
    return wrong


def breaks_of_text(tree):
    wrong = []
    here = f"{tree.root}/" if len(tree.root.parts) > 2 else None
    for file in tree.files:
        text = tree.text(file)
        if text is None:
            continue
        lines = text.splitlines()
        if file.suffix in SOURCES and len(lines) > LONGEST and not any("Long because:" in line for line in lines[:15]):
            wrong.append(f"{file}: {len(lines)} lines, and no 'Long because:' near the top")
        for number, line in enumerate(lines, 1):
            if UNFINISHED.search(line):
                wrong.append(f"{file}:{number}: unfinished: {line.strip()[:80]}")
            if file.name != pathlib.Path(__file__).name and (MACHINE_PATH.search(line) or (here and here in line)):
                wrong.append(f"{file}:{number}: a path of one machine: {line.strip()[:80]}")
    return wrong


def breaks_of_rpcs(tree):
    """Adding an RPC touches the contract, its desk and its line in the table; the client may offer it, or leave it to `hearth call`. Any other source that
    names more than a few RPCs is one more place to touch."""
    names = {name for file in tree.under("proto", ".proto") for name in RPC.findall(tree.text(file) or "")}
    wrong = []
    for file in tree.under("server") + tree.under("client") + tree.under("deploy"):
        if RPC_PLACES.fullmatch(str(file)) or file.suffix == ".md":
            continue
        named = names.intersection(WORD.findall(tree.text(file) or ""))
        if len(named) > FEW_RPCS:
            wrong.append(f"{file}: names {len(named)} RPCs, such as {min(named)}: whoever adds one would have to know of it")
    return wrong


def breaks_of_statements(tree):
    """Statements are prepared by name on connections that all folders share: two of one name would be each other."""
    wrong, known = [], {}
    for file in tree.under("server", ".cc"):
        for name in STATEMENT.findall(tree.text(file) or ""):
            if known.setdefault(name, file) != file:
                wrong.append(f"{file}: the statement {name} has the name of one in {known[name]}")
    return wrong


class Repository(unittest.TestCase):
    """The rules hold here."""

    tree = Tree(ROOT)

    def holds(self, rule):
        wrong = rule(self.tree)
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))

    def test_there_are_files_to_judge(self):
        self.assertTrue(self.tree.under("server", ".cc") and self.tree.under("client", ".cc"))

    def test_folders_include_only_what_layers_allow(self):
        self.holds(breaks_of_layers)

    def test_grpc_and_sql_stay_where_they_belong(self):
        self.holds(breaks_of_libraries)

    def test_client_and_contract_tests_do_not_know_the_server(self):
        self.holds(breaks_of_outsiders)

    def test_top_level_and_folder_readmes_are_complete(self):
        self.holds(breaks_of_layout)

    def test_rpcs_are_named_where_they_are_made_and_nowhere_else(self):
        self.assertGreater(len(RPC.findall(self.tree.text("proto/hearth/v1/directory_service.proto"))), 30)
        self.holds(breaks_of_rpcs)

    def test_statements_have_names_of_their_own(self):
        self.holds(breaks_of_statements)

    def test_no_long_unfinished_or_machine_bound_text(self):
        self.holds(breaks_of_text)


class Rules(unittest.TestCase):
    """Every rule notices what it is there for, and nothing else."""

    GOOD = {
        "server/LAYERS": "# who may include whom\nbase:\nstorage: base\nrpc: base storage\n",
        "server/README.md": "",
        "server/main.cc": '#include "server/rpc/gate.h"\n',
        "server/base/README.md": "",
        "server/base/ids.h": "#include <string>\n",
        "server/storage/README.md": "",
        "server/storage/pool.cc": '#include "server/base/ids.h"\n#include <pqxx/pqxx>\n',
        "server/rpc/README.md": "",
        "server/rpc/gate.h": '#include <grpcpp/grpcpp.h>\n#include "server/storage/pool.h"\n',
        "client/client.cc": '#include "hearth/client/client.h"\n#include <grpcpp/grpcpp.h>\n',
        "tests/contract/reset_test.cc": '#include "hearth/client/client.h"\n',
        "README.md": "",
        "CMakeLists.txt": "",
    }

    def found(self, rule, changes):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {**self.GOOD, **changes}.items():
                path = pathlib.Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text.replace("{here}", folder), encoding="utf-8")
            return rule(Tree(folder))

    def notices(self, rule, name, text):
        self.assertEqual(self.found(rule, {}), [])
        wrong = self.found(rule, {name: text})
        self.assertEqual(len(wrong), 1, wrong)
        self.assertTrue(wrong[0].startswith(name.removesuffix("/notes.txt")), wrong)

    def test_a_lower_folder_must_not_include_a_higher_one(self):
        self.notices(breaks_of_layers, "server/base/ids.h", '#include "server/storage/pool.h"\n')

    def test_an_include_in_angle_brackets_counts_too(self):
        self.notices(breaks_of_layers, "server/base/ids.h", "#  include <server/rpc/gate.h>\n")

    def test_a_folder_needs_a_line_in_layers(self):
        self.notices(breaks_of_layers, "server/mail/mail.cc", "")

    def test_layers_must_not_have_a_cycle(self):
        self.notices(breaks_of_layers, "server/LAYERS", "base: rpc\nstorage: base\nrpc: base storage\n")

    def test_the_server_must_not_include_the_client(self):
        self.notices(breaks_of_layers, "server/rpc/gate.cc", '#include "hearth/client/client.h"\n')

    def test_includes_of_neighbours_are_written_from_the_top(self):
        self.notices(breaks_of_layers, "server/base/time.cc", '#include "ids.h"\n')

    def test_grpc_stays_in_rpc_and_app(self):
        self.notices(breaks_of_libraries, "server/base/ids.h", "#include <grpcpp/grpcpp.h>\n")
        self.notices(breaks_of_libraries, "server/base/ids.h", '#include "hearth/v1/directory_service.grpc.pb.h"\n')

    def test_sql_stays_in_storage_and_stores(self):
        self.notices(breaks_of_libraries, "server/rpc/gate.cc", "#include <pqxx/pqxx>\n")
        self.assertEqual(self.found(breaks_of_libraries, {"server/user/user_store.cc": "#include <pqxx/pqxx>\n"}), [])

    def test_the_client_must_not_include_the_server(self):
        self.notices(breaks_of_outsiders, "client/client.cc", '#include "server/base/ids.h"\n')

    def test_contract_tests_must_not_include_the_server(self):
        self.notices(breaks_of_outsiders, "tests/contract/reset_test.cc", '#include "server/base/ids.h"\n')

    def test_the_top_level_is_closed(self):
        self.notices(breaks_of_layout, "docs/notes.txt", "")
        self.assertEqual(self.found(breaks_of_layout, {".clang-tidy": ""}), [])

    def test_folders_of_the_server_need_a_readme(self):
        self.notices(breaks_of_layout, "server/mail/notes.txt", "")

    def test_long_sources_must_say_why(self):
        self.notices(breaks_of_text, "server/base/ids.h", "//\n" * 401)
        self.assertEqual(self.found(breaks_of_text, {"server/base/ids.h": "// Long because: a table.\n" + "//\n" * 401}), [])

    def test_a_further_list_of_rpcs_is_noticed(self):
        rpcs = [f"Get{letter}" for letter in "ABCDE"]
        proto = {"proto/hearth/v1/a_service.proto": "".join(f"  rpc {name}({name}Request) returns ({name}Response) {{\n" for name in rpcs)}
        for name, wrong in (("server/rpc/retries.cc", 1), ("client/src/retries.cc", 1), ("server/rpc/services.cc", 0), ("server/rpc/a_desk.h", 0)):
            self.assertEqual(len(self.found(breaks_of_rpcs, {**proto, name: "\n".join(rpcs)})), wrong, name)
        self.assertEqual(self.found(breaks_of_rpcs, {**proto, "server/rpc/retries.cc": "\n".join(rpcs[:4])}), [])

    def test_statements_of_one_name_are_noticed(self):
        statement = 'constexpr Statement kFind{"find", "SELECT 1"};\n'
        self.assertEqual(len(self.found(breaks_of_statements, {"server/a/a_store.cc": statement, "server/b/b_store.cc": statement})), 1)

    def test_nothing_is_left_unfinished(self):
        self.notices(breaks_of_text, "server/base/ids.h", "// TO" "DO: more\n")

    def test_paths_of_one_machine_stay_out(self):
        self.notices(breaks_of_text, "deploy/unit", "/home" "/me/hearth\n")
        self.notices(breaks_of_text, "deploy/unit", "cd {here}/build\n")


if __name__ == "__main__":
    report.main()
