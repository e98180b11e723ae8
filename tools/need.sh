# shellcheck shell=bash
# What the tests need besides Go. Sourced by test.sh.
#
# It writes to $scratch and speaks with say, both of test.sh.
#
# need installs what is missing when it may (root on Debian or Ubuntu) and says
# what to install when it may not. It does nothing, quickly, when all is there.

# shellcheck disable=SC2154
need() {
	local missing=()
	command -v gcc >/dev/null || missing+=(gcc libc6-dev) # the race detector links with it
	[[ -n ${KEFU_TEST_REDIS:-} ]] || command -v redis-server >/dev/null || missing+=(redis-server)
	browser >/dev/null || missing+=(chromium)
	chinese_font || missing+=(fonts-noto-cjk)
	((${#missing[@]} == 0)) && return

	if ! command -v apt-get >/dev/null; then
		echo "The tests need: ${missing[*]} (names of Debian's packages). Install them and run this again."
		return 1
	fi
	if ((EUID != 0)); then
		echo "The tests need some packages. Run this, then try again:"
		echo "  sudo apt-get install -y --no-install-recommends ${missing[*]}"
		return 1
	fi
	say "installing ${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	local log=$scratch/apt.log apt=(apt-get -qq -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
	# Debian starts a service it installs; the tests start a Redis of their own.
	if ! { "${apt[@]}" update && RUNLEVEL=1 "${apt[@]}" install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 </dev/null; then
		tail -n 20 "$log"
		echo "These packages could not be installed: ${missing[*]}"
		return 1
	fi
}

browser() {
	command -v chromium || command -v chromium-browser || command -v google-chrome
}

chinese_font() {
	[[ -n $(fc-list :lang=zh 2>/dev/null | head -n 1) ]]
}
