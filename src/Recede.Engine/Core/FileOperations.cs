using System.Runtime.InteropServices;

namespace Recede.Engine.Core;

/// <summary>The steps in which a file is replaced; a test puts itself between them.</summary>
internal partial class FileOperations
{
    public static FileOperations Real { get; } = new();

    /// <summary>Makes a file, or empties the one that is there.</summary>
    public virtual Stream Create(string path) => new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);

    /// <summary>Makes a file that is not there, which others may read meanwhile.</summary>
    public virtual Stream CreateNew(string path) => new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);

    /// <summary>Opens a file to write on behind its end.</summary>
    public virtual Stream Append(string path) => new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);

    /// <summary>The bytes that are free for this user where a folder lies.</summary>
    public virtual long FreeBytes(string folder) => new DriveInfo(folder).AvailableFreeSpace;

    /// <summary>Sees what was written through to the disk.</summary>
    public virtual void Sync(Stream stream) => (stream as FileStream)?.Flush(flushToDisk: true);

    /// <summary>Renames a file over another.</summary>
    public virtual void Move(string from, string to) => File.Move(from, to, overwrite: true);

    /// <summary>Deletes a file, if it is there.</summary>
    public virtual void Delete(string path) => File.Delete(path);

    /// <summary>Sees a folder's names through to the disk, where a system has that.</summary>
    public virtual void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var handle = Open(folder, 0);
        if (handle < 0)
        {
            throw new IOException($"{folder} could not be opened to be synced: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        var failed = FSync(handle) != 0;
        var why = Marshal.GetLastPInvokeErrorMessage();
        var closed = Close(handle);
        if (failed || closed != 0)
        {
            throw new IOException($"{folder} could not be synced: {why}");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int FSync(int handle);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int handle);
}
