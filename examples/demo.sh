#!/bin/sh
# What can be done with a trained space of videos, each command printed as you would type it: `make demo`. Without make,
# where inrkit and its plugins are installed: `inrkit train --plugin inrv --out runs/toy`, then `sh examples/demo.sh`.
set -eu
run=runs/toy
out=results/demo
known=$out/clips/toy-0003.mkv
unknown=$out/clips/toy-held-out-0003.mkv

try() { # WORDS...
    echo
    echo "\$ inrkit $*"
    inrkit "$@"
}

about() { # FILE
    case $1 in
        */invert/toy-held-out*/sheet.png) echo "a motion that the run does not know: its space is too small for it" ;;
        */invert/*/sheet.png) echo "a clip found again" ;;
        */predict/*/sheet.png) echo "from its first 4 frames" ;;
        */interpolate-frames/*/sheet.png) echo "from its first frame and its last" ;;
        */four-times-the-frames/*/sheet.png) echo "at four times the frame rate" ;;
        */sparse-inpaint/*/sheet.png) echo "from 5 % of its pixels" ;;
        */inpaint/*/sheet.png) echo "from its left half" ;;
        */superresolve/*/sheet.png) echo "from 8 rows of 8 pixels" ;;
        */single/*/train.png) echo "the motion that the run does not know, as a small network of its own" ;;
        */sample/sheet.png) echo "16 new videos; in dB how like the nearest training clip each is" ;;
        */two/sheet.png) echo "a row each: from one video to another" ;;
        */four/sheet.png) echo "four videos in the corners, and all between them, by their middle frames" ;;
        */comparison.mp4) echo "seen, recovered and true side by side, moving" ;;
        */result.mp4) echo "what was recovered" ;;
        */tiles.*) echo "all videos of the sheet beside it, moving" ;;
    esac
}

clips="
import inrkit
inrkit.write_video('$known', inrkit.toy_videos(4)[3].frames, fps=12.5)
inrkit.write_video('$unknown', inrkit.toy_videos(4, held_out=True)[3].frames, fps=12.5)
"
echo "A clip that $run was trained on, and one in a motion that it does not know:"
echo "\$ python -c \"$clips\""
python -c "$clips"

echo
echo "From here on --start mean begins where the run knows nothing of the clip; without it the clip itself is found first."
try invert "$known" "$unknown" --run $run --start mean --out $out/invert
try predict "$known" --observed 4 --run $run --start mean --out $out/predict
try interpolate-frames "$known" --observed 0,-1 --run $run --start mean --out $out/interpolate-frames
try interpolate-frames "$known" --factor 4 --run $run --start mean --out $out/four-times-the-frames
try sparse-inpaint "$known" --keep 0.05 --run $run --start mean --out $out/sparse-inpaint
try inpaint "$known" --keep left --run $run --start mean --out $out/inpaint
try superresolve "$known" --low 8 --run $run --start mean --out $out/superresolve
try fit-single "$unknown" --steps 1500 --out $out/single --overwrite
try sample -n 16 --run $run --out $out/sample
try interpolate 13 53 --run $run --out $out/two
try interpolate 3 9 6 2 --steps 7 --run $run --out $out/four

echo
echo "Made, the pictures first:"
for file in $out/*/*/sheet.png $out/single/samples/train.png $out/*/sheet.png $out/*/*.gif $out/*/*.mp4 $out/*/*/*.mp4; do
    printf '%-56s %s\n' "$file" "$(about "$file")"
done
