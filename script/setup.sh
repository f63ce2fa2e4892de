# Makes .venv and installs the pinned requirements; sourced by the scripts beside it, which have set `root`.
# Usage: setup REQUIREMENTS-FILE

setup() {
    requirements=$root/requirements/$1
    python=${PYTHON:-}
    for candidate in $python python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            python=$candidate
            break
        fi
        python=
    done
    if [ -z "$python" ]; then
        echo "suishenban needs Python 3.11 or newer. Install it (Debian and Ubuntu: apt-get install python3 python3-venv) and try again." >&2
        exit 1
    fi
    wanted=$(cat "$root"/requirements/*.txt "$root/pyproject.toml" | cksum)-$1
    if [ ! -x "$root/.venv/bin/python" ]; then
        if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
            echo "Python's venv module is missing. Install it (Debian and Ubuntu: apt-get install python3-venv) and try again." >&2
            exit 1
        fi
        step "Making .venv"
        "$python" -m venv --clear "$root/.venv"
    fi
    case "$(cat "$root/.venv/installed" 2>/dev/null)" in
    "$wanted" | "${wanted%-*}-test.txt") return 0 ;;
    esac
    step "Installing the pinned requirements (about half a minute the first time)"
    pip="$root/.venv/bin/python -m pip --disable-pip-version-check"
    $pip install --quiet --no-deps --require-hashes --requirement "$root/requirements/build.txt"
    $pip install --quiet --no-deps --require-hashes --no-build-isolation --use-pep517 --requirement "$requirements"
    $pip install --quiet --no-deps --no-build-isolation --editable "$root"
    echo "$wanted" >"$root/.venv/installed"
}

step() { printf '\033[2m·\033[0m %s\n' "$1" >&2; }
