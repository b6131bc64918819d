# SPDX-License-Identifier: GPL-2.0-or-later
# Completion for fish: the program itself knows what may come next.
function __vdpactl_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in (command $words[1] __complete $words[2..-1] "$current" 2>/dev/null)
        switch $line
            case \tfile
                __fish_complete_path "$current"
            case \tcommand
                __fish_complete_command
            case \tlist
            case '*'
                echo $line
        end
    end
end
complete -c vdpactl -f -a '(__vdpactl_complete)'
