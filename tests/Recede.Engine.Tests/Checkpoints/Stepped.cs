using Recede.Engine.Core;

namespace Recede.Engine.Tests.Checkpoints;

/// <summary>The system's file operations, with something that happens in the place of one of them, and then of all: counted from 1.</summary>
internal sealed class Stepped(int at, Action happens) : FileOperations
{
    private readonly List<string> _done = [];
    private bool _happened;

    /// <summary>What was done, and asked for.</summary>
    public IReadOnlyList<string> Done => _done;

    public override Stream Create(string path)
    {
        Step("create");
        return new Watched(this, base.Create(path));
    }

    public override Stream CreateNew(string path)
    {
        Step("create");
        return new Watched(this, base.CreateNew(path));
    }

    public override void Sync(Stream stream)
    {
        Step("sync");
        base.Sync(((Watched)stream).Inner);
    }

    public override void Move(string from, string to)
    {
        Step("move");
        base.Move(from, to);
    }

    public override void SyncFolder(string folder)
    {
        Step("sync folder");
        base.SyncFolder(folder);
    }

    public override void Delete(string path)
    {
        // Whoever was killed deletes nothing; whoever met an error does.
        if (!_happened || !_isKilled)
        {
            base.Delete(path);
        }
    }

    private bool _isKilled;

    private void Step(string name)
    {
        _done.Add(name);
        if (_done.Count == at)
        {
            _happened = true;
            try
            {
                happens();
            }
            catch (Exception e) when (e is not IOException)
            {
                _isKilled = true;
                throw;
            }
        }
    }

    private sealed class Watched(Stepped owner, Stream inner) : Stream
    {
        public Stream Inner => inner;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position { get => inner.Position; set => inner.Position = value; }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => inner.SetLength(value);

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            owner.Step("write");
            inner.Write(buffer);
        }

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
