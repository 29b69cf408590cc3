# To be read by other scripts: `watched TITLE COMMAND …` runs a command. In a terminal a line says after two seconds what
# it does and for how long, and goes when it ends; elsewhere nothing is added. The exit code is the command's.
watched() {
    local title=$1 teller ended=0
    shift
    if [ ! -t 2 ]; then
        "$@"
        return
    fi
    _tell "$title" &
    teller=$!
    "$@" || ended=$?
    kill "$teller" 2>/dev/null || true
    wait "$teller" 2>/dev/null || true
    printf '\r\033[K' >&2
    return "$ended"
}

_tell() {
    local second
    sleep 2
    for ((second = 2; ; second++)); do
        printf '\r\033[K… %s, %d s' "$1" "$second" >&2
        sleep 1
    done
}
