# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Completion for bash: the program itself knows what may come next.
_vdpactl() {
	local line=${COMP_LINE:0:COMP_POINT} words current done="" candidate what
	read -ra words <<<"$line"
	[[ $line != *[[:blank:]] ]] || words+=("")
	current=${words[-1]}
	# bash begins a new word at a colon or an equals sign: what is before it is there already.
	if [[ $current == *:* && $COMP_WORDBREAKS == *:* ]]; then
		done=${current%:*}:
	elif [[ $current == *=* ]]; then
		done=${current%%=*}=
	fi
	COMPREPLY=()
	# A tab at the beginning of a line would be taken for blank space: see that there is something before it.
	while IFS=$'\t' read -r candidate what; do
		case $candidate$what in
		=file) mapfile -t COMPREPLY < <(compgen -f -- "$current") && compopt -o filenames ;;
		=command) mapfile -t COMPREPLY < <(compgen -c -- "$current" | sort -u) ;;
		=list) compopt -o nospace ;;
		*) candidate=${candidate#=} && COMPREPLY+=("${candidate#"$done"}") ;;
		esac
	done < <("${words[0]}" __complete "${words[@]:1}" 2>/dev/null | sed 's/^/=/')
}
complete -F _vdpactl vdpactl
