"""What setup/ promises when things go wrong, without Odoo, network or database."""

import contextlib
import doctest
import errno
import importlib
import io
import os
import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "setup"))

from pmm_setup import (  # noqa: E402
    addons,
    cache,
    cmd_run,
    cmd_test,
    console,
    debian,
    odoo_tree,
    paths,
    postgres,
    provision,
    pythons,
    report,
    shell,
)
from pmm_setup.console import Failure, SetupError  # noqa: E402

DOCTESTED = ("addons", "console", "logcheck", "paths", "report", "shell")


class Case(unittest.TestCase):
    """A temporary folder, and progress lines that go nowhere."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.said = io.StringIO()
        self.entered(mock.patch.object(console.console, "stream", self.said))

    def entered(self, manager):  # unittest has it from Python 3.11 on
        value = manager.__enter__()
        self.addCleanup(manager.__exit__, None, None, None)
        return value

    def patch(self, target, name, value):
        self.entered(mock.patch.object(target, name, value))

    def assertRefused(self, words, call, *arguments, **options):
        """Assert that the call ends with one sentence that holds the words."""
        with self.assertRaises(SetupError) as caught:
            call(*arguments, **options)
        self.assertIn(words, str(caught.exception))


class TestDoctests(unittest.TestCase):
    def test_examples_of_setup_hold(self):
        for name in DOCTESTED:
            with self.subTest(name):
                result = doctest.testmod(importlib.import_module(f"pmm_setup.{name}"))
                self.assertGreater(result.attempted, 0)
                self.assertEqual(result.failed, 0)


class TestCache(Case):
    def test_folder_is_built_once(self):
        entry, built = self.folder / "entry", []

        def build(folder):
            built.append(folder)
            (folder / "content").write_text("x")

        self.assertTrue(cache.folder(entry, build))
        self.assertFalse(cache.folder(entry, build))
        self.assertEqual(len(built), 1)
        self.assertEqual((entry / "content").read_text(), "x")

    def test_a_failed_build_leaves_nothing(self):
        def build(folder):
            (folder / "half").touch()
            raise KeyboardInterrupt

        for maker in (cache.folder, cache.in_place):
            with self.subTest(maker.__name__), self.assertRaises(KeyboardInterrupt):
                maker(self.folder / "entry", build)
            self.assertEqual(list(self.folder.iterdir()), [])

    def test_a_half_written_entry_is_not_used(self):
        for maker in (cache.folder, cache.in_place):
            entry = self.folder / maker.__name__
            entry.mkdir()
            (entry / "half").touch()
            self.assertTrue(maker(entry, lambda folder: (folder / "whole").touch()))
            self.assertFalse((entry / "half").exists())
            self.assertTrue((entry / "whole").exists())

    def test_temporary_folders_of_a_killed_setup_are_removed(self):
        (self.folder / "entry.tmp-1").mkdir()
        cache.folder(self.folder / "entry", lambda folder: None)
        self.assertEqual([p.name for p in self.folder.iterdir()], ["entry"])

    def test_what_nobody_used_for_a_month_is_removed(self):
        used, old, half = (self.folder / name for name in ("used", "old", "half"))
        half.mkdir()
        for entry in (used, old):
            cache.folder(entry, lambda folder: None)
            os.utime(entry / cache.STAMP, (0, 0))
        cache.prune(used)
        self.assertEqual(sorted(self.folder.iterdir()), [half, used])

    def test_a_lock_keeps_a_second_setup_out(self):
        file = self.folder / "lock"
        with cache.lock(file, "this"):
            self.assertRefused("busy with this", cache.lock(file, "this", wait=False).__enter__)
        with cache.lock(file, "this", wait=False):
            pass


class TestOdooTree(Case):
    def tree(self, version="(19, 0, 0, FINAL, 0, '')", launcher="usr/bin/odoo"):
        library = "usr/lib/python3/dist-packages" if launcher.startswith("usr") else "."
        release = self.folder / library / "odoo" / "release.py"
        release.parent.mkdir(parents=True)
        release.write_text(f"x = 1\nversion_info = {version}\n")
        (self.folder / launcher).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / launcher).touch()
        return self.folder

    def test_the_package_s_layout_is_known(self):
        tree = odoo_tree.locate(self.tree())
        self.assertEqual(tree.launcher, self.folder / "usr/bin/odoo")
        self.assertEqual(
            tree.env, {"PYTHONPATH": str(self.folder / "usr/lib/python3/dist-packages")}
        )

    def test_a_source_tree_s_layout_is_known(self):
        (self.folder / "addons").mkdir()
        tree = odoo_tree.locate(self.tree(launcher="odoo-bin"))
        self.assertEqual(tree.launcher, self.folder / "odoo-bin")
        self.assertEqual(tree.addons, self.folder / "addons")

    def test_another_series_is_refused_with_the_remedy(self):
        self.assertRefused("PMM_ODOO", odoo_tree.locate, self.tree("(18, 0, 0, FINAL, 0, '')"))

    def test_an_empty_folder_is_refused_with_the_remedy(self):
        self.assertRefused("PMM_ODOO", odoo_tree.locate, self.folder)

    def test_a_tree_cut_short_is_refused(self):
        (self.tree() / "usr/lib/python3/dist-packages/odoo/release.py").unlink()
        self.assertRefused("not whole", odoo_tree.locate, self.folder)

    def test_pmm_odoo_must_name_a_folder(self):
        with mock.patch.dict(os.environ, {"PMM_ODOO": str(self.folder / "none")}):
            self.assertRefused("PMM_ODOO", odoo_tree.ensure)

    def test_a_damaged_package_is_refused(self):
        package = self.folder / "odoo.deb"
        package.write_bytes(b"damaged")
        self.assertRefused("checksum", odoo_tree.verify, package, next(iter(odoo_tree.KNOWN)))

    def test_a_newer_revision_is_accepted_but_said_aloud(self):
        package = self.folder / "odoo.deb"
        package.touch()
        odoo_tree.verify(package, "19.0.0+dfsg-7")
        self.assertIn("newer", self.said.getvalue())

    def test_a_package_of_another_series_is_refused(self):
        answer = mock.Mock(stdout="20.0.0+dfsg-1\n")
        self.patch(odoo_tree, "run", lambda *a, **k: answer)
        self.assertRefused("PMM_ODOO", odoo_tree.package_version, Path("x.deb"))

    def test_a_suite_without_the_package_is_said(self):
        def run(command, **_options):
            if "update" in command:
                lists = self.folder / "d" / "lists"
                (lists / "mirror_Packages").touch()
            return mock.Mock(stdout="Candidate: (none)\n")

        self.patch(odoo_tree, "run", run)
        self.patch(odoo_tree, "KEYRING", self.folder)
        self.patch(odoo_tree, "mirror", lambda: "file:///nowhere")
        self.assertRefused("holds no odoo-19", odoo_tree._fetch, self.folder / "d")

    def test_the_cache_prefers_the_known_version_and_only_whole_ones(self):
        known = next(iter(odoo_tree.KNOWN))
        for name in (known, "19.0.9+dfsg-1"):
            (self.folder / name).mkdir()
        self.assertIsNone(odoo_tree.newest_complete(self.folder))
        cache.stamp(self.folder / "19.0.9+dfsg-1")
        self.assertEqual(odoo_tree.newest_complete(self.folder).name, "19.0.9+dfsg-1")
        cache.stamp(self.folder / known)
        self.assertEqual(odoo_tree.newest_complete(self.folder).name, known)

    def test_mending_twice_is_harmless(self):
        self.tree()
        for _ in range(2):
            odoo_tree.mend(self.folder)
        self.assertTrue((self.folder / "usr/share/javascript").is_symlink())
        library = self.folder / "usr/lib/python3/dist-packages/odoo"
        self.assertTrue((library / odoo_tree.FORGOTTEN).exists())


class TestMachine(Case):
    def test_an_old_python_reads_a_sentence(self):
        """The guard must be readable for, and fire in, any Python 3."""
        code = (
            "import sys; sys.version_info = (3, 9, 1); "
            f"exec(open({str(ROOT / 'setup/pmm_setup/__init__.py')!r}).read())"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False
        )
        self.assertEqual(done.returncode, 2)
        self.assertIn("needs 3.10 to 3.13", done.stderr)

    def test_a_python_too_new_for_odoo_is_refused(self):
        self.patch(sys, "version_info", (3, 15, 0))
        self.patch(pythons, "which", lambda name: None)
        self.assertRefused("Odoo 19 needs 3.10 to 3.13", pythons.interpreter)

    def test_a_python_too_new_gives_way_to_a_fitting_one(self):
        self.patch(sys, "version_info", (3, 15, 0))
        self.patch(pythons, "which", lambda name: name if name == "python3.12" else None)
        self.assertEqual(pythons.interpreter(), "python3.12")

    def test_no_network_is_said_in_one_sentence(self):
        self.assertRefused(
            "there is no network",
            shell.run,
            ["sh", "-c", "echo 'Temporary failure in name resolution'; exit 1"],
            otherwise="the download failed",
        )

    def test_a_full_disk_is_said_in_one_sentence(self):
        script = "echo 'write error: No space left on device'; exit 1"
        self.assertRefused("disk is full", shell.run, ["sh", "-c", script])
        error = OSError(errno.ENOSPC, "No space left on device")
        self.assertIn("disk is full", console.explain_os_error(error))
        self.patch(provision.shutil, "disk_usage", lambda place: mock.Mock(free=10**6))
        self.assertRefused("disk is full", provision._check_room)

    def test_a_missing_programme_is_named(self):
        self.assertRefused("no-such-programme", shell.run, ["no-such-programme"])

    def test_no_right_to_install_names_the_command(self):
        self.patch(shell.os, "geteuid", lambda: 1000)
        self.patch(shell.shutil, "which", lambda name: None)
        self.patch(debian, "missing", lambda packages: ["chromium"])
        self.patch(debian.shutil, "which", lambda name: "/usr/bin/apt-get")
        with mock.patch.object(shell.shutil, "which", lambda name: f"/{name}" * (name != "sudo")):
            self.assertRefused("have root run `apt-get install", debian.ensure, {"chromium": "x"})

    def test_packages_are_looked_for_by_what_they_bring(self):
        wanted = {"a": "sh", "b": "/etc/pass*d", "c": "no-such-thing|/no/such/file"}
        self.assertEqual(debian.missing(wanted), ["c"])

    def test_a_taken_port_is_said_before_the_work(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            self.assertRefused("is taken", cmd_run.check_port, other.getsockname()[1])

    def test_the_frame_prints_the_sentence_and_no_traceback(self):
        for error, code in ((SetupError("mend it."), 2), (Failure("bad addon."), 1)):
            stderr = io.StringIO()
            with contextlib.redirect_stderr(stderr), self.assertRaises(SystemExit) as caught:
                console.main(mock.Mock(side_effect=error))
            self.assertEqual(caught.exception.code, code)
            self.assertEqual(stderr.getvalue(), f"setup: {error}\n")


class TestPostgres(Case):
    def test_a_server_that_does_not_answer_names_the_variables(self):
        named = {"PMM_DB_HOST": str(self.folder), "PMM_DB_USER": "odoo"}
        self.patch(postgres, "_psql", lambda: "false")
        with mock.patch.dict(os.environ, named):
            server = postgres.choose("test", durable=False)
        self.assertRefused("PMM_DB_HOST", server.running().__enter__)

    def test_odoo_s_forbidden_user_is_refused(self):
        named = {"PMM_DB_HOST": "db", "PMM_DB_USER": "postgres"}
        with mock.patch.dict(os.environ, named):
            self.assertRefused("PMM_DB_USER", postgres.choose, "test", durable=False)

    def test_the_password_goes_by_the_environment(self):
        server = postgres.Server("db", "5432", "odoo", "secret")
        self.assertEqual(server.env["PGPASSWORD"], "secret")

    def test_no_postgresql_is_said_with_both_remedies(self):
        self.patch(postgres, "which", lambda *a: None)
        self.assertRefused("install postgresql, or name a server", postgres._binary, "initdb")

    def test_a_stale_pid_file_is_not_a_running_server(self):
        stale = self.folder / "postmaster.pid"
        for content in (f"{os.getpid()}\n", "999999999\n", ""):
            stale.write_text(content)
            self.assertFalse(postgres._serves(stale, self.folder))

    def test_a_long_path_gets_its_socket_elsewhere(self):
        deep = self.folder / ("x" * 100)
        deep.mkdir()
        self.patch(paths, "WORK", deep)
        place = postgres._place("test")
        self.addCleanup(lambda: place.parent.exists() and place.parent.rmdir())
        self.assertLessEqual(len(str(place / "sock/.s.PGSQL.5432")), postgres.SOCKET_LIMIT)


class TestAddons(Case):
    def addon(self, name, depends=(), folder=""):
        place = self.folder / folder / name
        place.mkdir(parents=True)
        (place / "__manifest__.py").write_text(repr({"name": name, "depends": list(depends)}))
        return place

    def test_addons_and_hidden_ones_are_found(self):
        self.addon("pmm_a", ["sale"])
        self.addon("test_pmm", ["pmm_a"], "tests")
        self.addon("other")
        found = addons.discover(self.folder)
        self.assertEqual({n: a.hidden for n, a in found.items()},
                         {"pmm_a": False, "test_pmm": True})  # fmt: skip
        self.assertEqual(addons.standard(found), ["sale"])

    def test_a_manifest_that_cannot_be_read_is_named(self):
        (self.addon("pmm_a") / "__manifest__.py").write_text("{")
        self.assertRefused("pmm_a/__manifest__.py", addons.discover, self.folder)

    def test_only_what_is_installed_counts_as_a_change(self):
        place = self.addon("pmm_a")
        addon = addons.discover(self.folder)["pmm_a"]
        before = addon.content_hash()
        (place / "tests").mkdir()
        (place / "tests" / "test_x.py").touch()
        self.assertEqual(addon.content_hash(), before)
        (place / "models.py").touch()
        self.assertNotEqual(addon.content_hash(), before)

    def test_a_path_selects_its_addon_only(self):
        for name in ("pmm_a", "pmm_b"):
            (self.addon(name) / "tests").mkdir()
        self.patch(paths, "ROOT", self.folder)
        every = addons.discover(self.folder)
        test = "pmm_a/tests::TestX::test_y"
        self.assertEqual(cmd_test.selection([test, "-k", "z"], every),
                         ([test, "-k", "z"], ["pmm_a"]))  # fmt: skip
        everything = ["-k", "z", "pmm_a/tests", "pmm_b/tests"]
        self.assertEqual(cmd_test.selection(["-k", "z"], every), (everything, ["pmm_a", "pmm_b"]))
        self.assertRefused("no addon", cmd_test.selection, ["tests/repo"], every)


class TestReport(Case):
    def test_a_missing_or_broken_report_is_said(self):
        file = self.folder / "report.json"
        self.assertRefused("no report", report.read, file)
        for content in ("{", "[]", "{}"):
            file.write_text(content)
            self.assertRefused("mend it", report.read, file)


if __name__ == "__main__":
    unittest.main()
