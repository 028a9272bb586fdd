# What a real interactive zsh offers for each line of standard input when Tab is pressed at its end: `offered.zsh SCRIPT < lines`.
# Prints one line each: the words, separated by spaces. The words are taken where zsh itself takes them (compadd), after its filter.
zmodload zsh/zpty || exit 1
zpty shell zsh -f -i
# Split, so that the echo of what is typed is no answer.
zpty -w shell "PS1=; autoload -Uz compinit && compinit -D -u; source ${(q)1}; LISTMAX=10000"
zpty -w shell 'compadd() { local -a hits; builtin compadd -A hits "$@"; offered+=($hits); builtin compadd "$@"; }'
zpty -w shell 'tell() { print -r -- "<OFF""ERED:${(j: :)offered}>"; offered=(); }'
zpty -w shell 'press() { comppostfuncs=(tell); zle complete-word; BUFFER=""; }; zle -N press; bindkey "^I" press; print "REA""DY"'
zpty -r -m shell answer '*READY*' || exit 1
while IFS= read -r line; do
  zpty -w -n shell "$line"$'\t'
  zpty -r -m shell answer '*<OFFERED:*>*' || exit 1
  print -r -- ${${answer##*<OFFERED:}%%>*}
done
zpty -d shell
